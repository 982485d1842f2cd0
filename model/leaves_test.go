package model_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/crosswall/crosswall/model"
)

// nested has every kind of selector.
func nested() model.Selector {
	return model.And{
		model.Or{model.Group("a"), model.Identities{"b"}, nil},
		model.Not{Selector: model.Maybe{Selector: model.At{Addrs: model.MustPrefixes("10.0.0.0/8")}, Why: "w"}},
		model.Any{},
	}
}

func TestLeaves(t *testing.T) {
	var got []string
	for s := range model.Leaves(nested()) {
		got = append(got, fmt.Sprintf("%T", s))
	}
	if want := []string{"model.Group", "model.Identities", "<nil>", "model.At", "model.Any"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	n := 0
	for range model.Leaves(nested()) {
		if n++; n == 2 {
			break // whoever stops is asked no more
		}
	}
}

func TestMapLeaves(t *testing.T) {
	same := func(s model.Selector) model.Selector { return s }
	if got := model.MapLeaves(nested(), same); !reflect.DeepEqual(got, nested()) {
		t.Errorf("got %v", got)
	}
	named := func(s model.Selector) model.Selector {
		if g, ok := s.(model.Group); ok {
			return model.Identities{model.Identity(g)}
		}
		return s
	}
	p := model.Policy{Layers: []model.Layer{{Ingress: []model.Chain{{Guard: model.Guard{Target: model.Group("g")}, Rules: []model.Rule{{Peer: nested()}}}}}}}
	got := p.MapSelectors(func(s model.Selector) model.Selector { return model.MapLeaves(s, named) })
	want := model.And{
		model.Or{model.Identities{"a"}, model.Identities{"b"}, nil},
		model.Not{Selector: model.Maybe{Selector: model.At{Addrs: model.MustPrefixes("10.0.0.0/8")}, Why: "w"}},
		model.Any{},
	}
	c := got.Layers[0].Ingress[0]
	if !reflect.DeepEqual(c.Guard.Target, model.Selector(model.Identities{"g"})) || !reflect.DeepEqual(c.Rules[0].Peer, model.Selector(want)) || c.Guard.Peer != nil {
		t.Errorf("got %+v", c)
	}
	if p.Layers[0].Ingress[0].Guard.Target != model.Selector(model.Group("g")) {
		t.Error("the policy itself was changed")
	}
}
