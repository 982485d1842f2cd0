package live

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// errForm is for answers that are not of the form that the API documents.
var errForm = errors.New("the answer is not of the form that the API documents")

// page is one answer to a call for a list, by scope or not.
type page struct {
	// Items is a list of objects, or an object by scope with a list of objects under the name of the kind.
	Items json.RawMessage `json:"items"`
	// Unreachables are scopes that did not answer.
	Unreachables []string `json:"unreachables"`
	Warning      *warning `json:"warning"`
}

// warning is a word of the service about a list, or about what one scope has in it.
type warning struct {
	Code string `json:"code"`
}

// lacks reports whether the warning says that something is missing.
func (w *warning) lacks() bool {
	return w != nil && (w.Code == "UNREACHABLE" || w.Code == "PARTIAL_SUCCESS")
}

// flatten returns the objects of answers that are pages of a list. Name is that of the list within a scope; it is
// empty for lists that have none. Missing are the scopes that did not answer.
func flatten(bodies [][]byte, name string) (objects []json.RawMessage, missing []string, err error) {
	for _, body := range bodies {
		var p page
		if err := json.Unmarshal(body, &p); err != nil {
			return objects, missing, errForm
		}
		missing = append(missing, p.Unreachables...)
		if p.Warning.lacks() && len(p.Unreachables) == 0 {
			missing = append(missing, "some scopes")
		}
		if len(p.Items) == 0 || string(p.Items) == "null" {
			continue
		}
		var list []json.RawMessage
		if name == "" {
			if err := json.Unmarshal(p.Items, &list); err != nil {
				return objects, missing, errForm
			}
			objects = append(objects, list...)
			continue
		}
		found, silent, err := scopes(p.Items, name)
		objects, missing = append(objects, found...), append(missing, silent...)
		if err != nil {
			return objects, missing, err
		}
	}
	slices.Sort(missing)
	return objects, slices.Compact(missing), nil
}

// scopes returns the objects of an aggregated list.
func scopes(items json.RawMessage, name string) (objects []json.RawMessage, missing []string, err error) {
	var byScope map[string]map[string]json.RawMessage
	if err := json.Unmarshal(items, &byScope); err != nil {
		return nil, nil, errForm
	}
	for scope, content := range byScope {
		if raw, ok := content[name]; ok {
			var list []json.RawMessage
			if err := json.Unmarshal(raw, &list); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", scope, errForm)
			}
			objects = append(objects, list...)
		}
		var w warning
		if raw, ok := content["warning"]; ok && json.Unmarshal(raw, &w) == nil && w.lacks() {
			missing = append(missing, scope)
		}
	}
	return objects, missing, nil
}

// head is the fields of an object that reading goes by.
type head struct {
	Name      string `json:"name"`
	SelfLink  string `json:"selfLink"`
	Network   string `json:"network"`
	Region    string `json:"region"`
	XpnStatus string `json:"xpnProjectStatus"`
}

func headOf(raw json.RawMessage) head {
	var h head
	// What is of another form has no name, and is kept as it is.
	_ = json.Unmarshal(raw, &h)
	return h
}

// instanceFields are the fields of an instance that are kept: its metadata may hold secrets.
func instanceFields() []string {
	return []string{"kind", "id", "name", "selfLink", "zone", "tags", "serviceAccounts", "networkInterfaces", "labels", "status", "canIpForward"}
}

// only returns an object with some of its fields.
func only(raw json.RawMessage, names []string) json.RawMessage {
	var o map[string]json.RawMessage
	if json.Unmarshal(raw, &o) != nil {
		return json.RawMessage(`{}`) // of no form that is known; decoding will say so
	}
	for name := range o {
		if !slices.Contains(names, name) {
			delete(o, name)
		}
	}
	return encode(o)
}

// withInterfaces returns an instance with its interfaces on the networks that are wanted; false where it has none
// of them. What has interfaces of another form is kept as it is.
func withInterfaces(raw json.RawMessage, wanted func(network string) bool) (json.RawMessage, bool) {
	var o map[string]json.RawMessage
	var list []json.RawMessage
	if json.Unmarshal(raw, &o) != nil || json.Unmarshal(o["networkInterfaces"], &list) != nil {
		return raw, true
	}
	some := slices.DeleteFunc(slices.Clone(list), func(n json.RawMessage) bool { return !wanted(headOf(n).Network) })
	if len(some) == len(list) {
		return raw, true
	}
	text, err := json.Marshal(some)
	if err != nil || len(some) == 0 {
		return nil, false
	}
	o["networkInterfaces"] = text
	return encode(o), true
}

func encode(o map[string]json.RawMessage) json.RawMessage {
	out, err := json.Marshal(o)
	if err != nil {
		return json.RawMessage(`{}`) // what was parsed can be written
	}
	return out
}

// placed returns the answer about effective firewalls with what it is about. VPC rules are left out of it where
// they are known: each region of a network answers with all of them.
func placed(body []byte, at place, rulesKnown bool) (json.RawMessage, error) {
	var o map[string]json.RawMessage
	if err := json.Unmarshal(body, &o); err != nil || o == nil {
		return nil, errForm
	}
	if rulesKnown {
		delete(o, "firewalls")
	}
	for name, value := range map[string]string{"network": at.network, "region": at.region} {
		if value == "" {
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, errForm
		}
		o[name] = text
	}
	return encode(o), nil
}
