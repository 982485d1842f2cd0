package live

import (
	"os"
	"strings"
	"testing"
)

// Every code of a finding is in the documentation.
func TestCodesAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../../docs/live.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{CodeNotRead, CodeServicesNotRead, CodeOtherNamespaces, CodeInsecure, CodeNotEnforced, CodeDefaultDeny, CodeUnknownPlugin, CodePlugin} {
		if !strings.Contains(string(text), "| `"+code+"` |") {
			t.Errorf("%s is not in docs/live.md", code)
		}
	}
}
