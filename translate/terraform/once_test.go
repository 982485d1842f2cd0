package tfsource_test

import (
	"reflect"
	"testing"

	"github.com/crosswall/crosswall/providers"
)

// Objects that are read once are let go of, of whatever cloud, and mean the same.
func TestObjectsReadOnce(t *testing.T) {
	w := world{labels: []string{"a"}, rules: []worldRule{{"", "a", 80}}}
	people := population{10: {"a"}, 11: {"a"}}
	for _, held := range []func(population) providers.Snapshot{w.awsObjects, w.gcpObjects, w.azureObjects} {
		kept, spent := held(people), held(people)
		spent.ReadOnce = true
		want, _ := reader("x").Objects(kept)
		got, _ := reader("x").Objects(spent)
		if !reflect.DeepEqual(got.Policy, want.Policy) || len(got.Policy.Layers) == 0 {
			t.Errorf("%s: read once it is another policy", kept.Provider)
		}
		for kind, objects := range kept.Objects {
			if left, read := spent.Objects[kind]; !read || len(left) > 0 || len(objects) > 0 && objects[0] == nil {
				t.Errorf("%s: %d %s are left, of %d; read %t", kept.Provider, len(left), kind, len(objects), read)
			}
		}
	}
}
