package live

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   Options
		fault  string
	}{
		{"gcp://shop", Options{Project: "shop"}, ""},
		{"gcp://shop/", Options{Project: "shop"}, ""},
		{"gcp://shop-1/main", Options{Project: "shop-1", Network: "main"}, ""},
		{"gcp://example.com:shop/main", Options{Project: "example.com:shop", Network: "main"}, ""},
		{"gcp://shop/main?organization=1&folder=2", Options{Project: "shop", Network: "main", Organization: "1", Folder: "2"}, ""},
		{"gcp://shop?zone=a", Options{}, "has no"},
		{"gcp://shop?folder=", Options{}, "not empty"},
		{"gcp://shop?folder=x", Options{}, "no number"},
		{"gcp://", Options{}, "is written"},
		{"aws://shop", Options{}, "is written"},
		{"gcp://user:secret@shop", Options{}, "is written"},
		{"gcp://shop/Main", Options{}, "no name of a network"},
		{"gcp://shop/a/b", Options{}, "no name of a network"},
		{"gcp://../main", Options{}, "no id of a project"},
	} {
		got, err := Parse(tt.source)
		if tt.fault != "" {
			if err == nil || !strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v, want %q", tt.source, err, tt.fault)
			}
			continue
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) {
			t.Errorf("%s: %+v %v", tt.source, got, err)
		}
		if back, err := Parse(got.Scope()); err != nil || fmt.Sprint(back) != fmt.Sprint(got) {
			t.Errorf("%s: scope %s is read as %+v %v", tt.source, got.Scope(), back, err)
		}
	}
}

func TestEndpoint(t *testing.T) {
	t.Setenv("GOOGLE_COMPUTE_CUSTOM_ENDPOINT", "")
	t.Setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", "")
	for _, tt := range []struct{ given, want, fault string }{
		{"", "", ""},
		{"http://127.0.0.1:80", "http://127.0.0.1:80", ""},
		{"http://[::1]:80/", "http://[::1]:80", ""},
		{"http://localhost:80/compute/v1/", "http://localhost:80", ""},
		{"https://compute.example", "https://compute.example", ""},
		{"http://compute.example", "", "must be https"},
		{"http://127.0.0.1.example", "", "must be https"},
		{"https://compute.example/other/", "", "no path"},
		{"https://user:secret@compute.example", "", "credentials"},
		{"compute.example", "", "no address"},
		{"https://compute.example?key=secret", "", "no address"},
	} {
		got, err := Options{Endpoint: tt.given}.endpoint()
		if got != tt.want || (err == nil) != (tt.fault == "") || err != nil && (!strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: %q %v", tt.given, got, err)
		}
	}
	t.Setenv("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE", "http://127.0.0.1:2/")
	if got, err := (Options{}).endpoint(); got != "http://127.0.0.1:2" || err != nil {
		t.Errorf("%q %v", got, err)
	}
	t.Setenv("GOOGLE_COMPUTE_CUSTOM_ENDPOINT", "http://127.0.0.1:1/")
	if got, err := (Options{}).endpoint(); got != "http://127.0.0.1:1" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}

// TestExpired wants credentials that are refused to be reported without what they are.
func TestExpired(t *testing.T) {
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":"invalid_grant","error_description":"refresh token 1//secret has expired"}`)
	}))
	defer tokens.Close()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key.json")
	text, err := json.Marshal(map[string]string{"type": "service_account", "client_email": "reader@shop.example", "private_key_id": "secret-id",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), "token_uri": tokens.URL, "project_id": "shop"})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	_, err = Read(t.Context(), Options{Project: "shop", Endpoint: "https://127.0.0.1:1", Attempts: 1})
	if err == nil || !strings.Contains(err.Error(), "log in again") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "secret"))
	_, err = Read(t.Context(), Options{Project: "shop", Endpoint: "https://127.0.0.1:1", Attempts: 1})
	if err == nil || !strings.Contains(err.Error(), "no credentials") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}
