package live_test

import (
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/providers/azure/live"
)

// What is documented, what the code lists and what it calls are the same (least privilege).
func TestPermissions(t *testing.T) {
	documented := map[string]string{}
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "permissions-azure.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(.+?)` \\|.*\\| `(.+?)` \\|$").FindAllStringSubmatch(string(page), -1) {
		documented[row[1]] = row[2]
	}
	listed, actions := map[string]string{}, map[string]bool{}
	for _, c := range live.Calls() {
		listed[c.Operation] = c.Permission
		actions[c.Permission] = true
	}
	if !maps.Equal(documented, listed) {
		t.Errorf("documented %v\nlisted %v", documented, listed)
	}
	var role []string
	for _, line := range regexp.MustCompile(`(?m)^    "(Microsoft\..+?)",?$`).FindAllStringSubmatch(string(page), -1) {
		role = append(role, line[1])
	}
	if want := slices.Sorted(maps.Keys(actions)); !slices.Equal(role, want) {
		t.Errorf("the role has %v, want %v", role, want)
	}

	called := map[string]bool{}
	for _, group := range []string{"", "shop"} {
		objects := account()
		if group != "" {
			for path, list := range account() {
				objects["/resourceGroups/shop"+path] = list
			}
		}
		s := serve(t, objects)
		o := s.options()
		o.ResourceGroup = group
		if _, err := live.Read(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Calls() {
			called[operationOf(t, c)] = true
		}
	}
	if got, want := slices.Sorted(maps.Keys(called)), slices.Sorted(maps.Keys(listed)); !slices.Equal(got, want) {
		t.Errorf("called %v\nlisted %v", got, want)
	}
}

// operationOf returns the operation of a request.
func operationOf(t *testing.T, request string) string {
	t.Helper()
	for _, c := range live.Calls() {
		pattern := "(?i)^" + strings.ReplaceAll(regexp.QuoteMeta(c.Method+" "+c.Path), `\{\}`, "[^/]+") + "$"
		if regexp.MustCompile(pattern).MatchString(request) {
			return c.Operation
		}
	}
	t.Errorf("%s is no call that is listed", request)
	return request
}

// No request changes anything: all are GET, but for one that asks with a body.
func TestReadOnly(t *testing.T) {
	for _, c := range live.Calls() {
		if c.Method != http.MethodGet && !strings.HasPrefix(c.Operation, "Management.List") {
			t.Errorf("%s is a %s", c.Operation, c.Method)
		}
		if !strings.HasSuffix(c.Permission, "/read") && !strings.Contains(c.Permission, "/list") {
			t.Errorf("%s wants %s", c.Operation, c.Permission)
		}
	}
}
