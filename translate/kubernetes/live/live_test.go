package live

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/crosswall/crosswall/model"
)

func TestParse(t *testing.T) {
	for _, row := range []struct {
		source string
		want   Options
		text   string // as it is printed; "": as it was given
	}{
		{"k8s://", Options{}, ""},
		{"k8s://prod", Options{Context: "prod"}, ""},
		{"k8s://arn:aws:eks:eu-west-1:123456789012:cluster/shop", Options{Context: "arn:aws:eks:eu-west-1:123456789012:cluster/shop"}, ""},
		{"k8s://gke_project_europe-west1_shop", Options{Context: "gke_project_europe-west1_shop"}, ""},
		{"k8s://kubernetes-admin@kubernetes", Options{Context: "kubernetes-admin@kubernetes"}, ""},
		{"k8s://odd%3Fname%25", Options{Context: "odd?name%"}, ""},
		{"k8s://prod?namespace=shop", Options{Context: "prod", Namespaces: []string{"shop"}}, ""},
		{"k8s://prod?namespace=b&namespace=a&namespace=b", Options{Context: "prod", Namespaces: []string{"a", "b"}}, "k8s://prod?namespace=a&namespace=b"},
		{"k8s://?kubeconfig=/etc/a+b.yaml", Options{Kubeconfig: "/etc/a+b.yaml"}, "k8s://"},
	} {
		got, err := Parse(row.source)
		if err != nil || !reflect.DeepEqual(got, row.want) {
			t.Errorf("%s: %+v, %v; want %+v", row.source, got, err, row.want)
		}
		text := row.text
		if text == "" {
			text = row.source
		}
		if got.String() != text {
			t.Errorf("%s is printed as %s", row.source, got)
		}
	}
	for source, want := range map[string]string{
		"aws://eu-west-1":                      "is written k8s://",
		"k8s://%zz":                            "write %25",
		"k8s://prod?namespace=":                "must not be empty",
		"k8s://prod?namespace=No_Such":         "no name of a namespace",
		"k8s://prod?kubeconfig=a&kubeconfig=b": "once",
		"k8s://prod?context=a":                 `no "context"`,
		"k8s://prod?namespace=%zz":             "cannot be read",
	} {
		if _, err := Parse(source); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"k8s://", "k8s://a/b:c?namespace=x", "k8s://%3F?kubeconfig=a%20b", "k8s://a?namespace=a&namespace=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		o, err := Parse(source)
		if err != nil {
			return
		}
		o.Kubeconfig = ""
		again, err := Parse(o.String())
		if err != nil || !reflect.DeepEqual(again, o) {
			t.Errorf("%q: %+v is printed as %q and read as %+v, %v", source, o, o, again, err)
		}
	})
}

// The kubeconfig decides where the cluster is, as it does for kubectl.
func TestKubeconfig(t *testing.T) {
	a := serve(t, shop, calico())
	file := a.kubeconfig()
	t.Run("by its path", func(t *testing.T) {
		if c := a.read(Options{Kubeconfig: file}); c.Source != "k8s://prod" {
			t.Error(c.Source)
		}
	})
	t.Run("by KUBECONFIG", func(t *testing.T) {
		t.Setenv("KUBECONFIG", file)
		c := a.read(Options{Context: "arn:aws:eks:eu-west-1:123456789012:cluster/shop"})
		if c.Source != "k8s://arn:aws:eks:eu-west-1:123456789012:cluster/shop" {
			t.Error(c.Source)
		}
	})
	for _, row := range []struct {
		name, want string
		options    Options
	}{
		{"no such context", `context "stage" does not exist`, Options{Kubeconfig: file, Context: "stage"}},
		{"no such file", "no such file", Options{Kubeconfig: filepath.Join(t.TempDir(), "none")}},
		{"a file that is none", "the kubeconfig", Options{Kubeconfig: written(t, "{")}},
		{"an unknown authority", "certificate", Options{Kubeconfig: writeKubeconfig(t, map[string]any{"server": a.server.URL})}},
		{"without TLS, elsewhere", "without TLS", Options{Kubeconfig: writeKubeconfig(t, map[string]any{"server": "http://192.0.2.1:8080"})}},
		{"nobody there", "refused", Options{Kubeconfig: writeKubeconfig(t, map[string]any{"server": "https://127.0.0.1:1"})}},
	} {
		if _, err := Read(t.Context(), row.options); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v, want %q", row.name, err, row.want)
		}
	}
	t.Run("none at all", func(t *testing.T) {
		t.Setenv("KUBECONFIG", filepath.Join(t.TempDir(), "none"))
		t.Setenv("KUBERNETES_SERVICE_HOST", "")
		if _, err := Read(t.Context(), Options{}); err == nil || !strings.Contains(err.Error(), "there is no kubeconfig") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("a certificate that is not checked", func(t *testing.T) {
		c := a.read(Options{Kubeconfig: writeKubeconfig(t, map[string]any{"server": a.server.URL, "insecure-skip-tls-verify": true})})
		if got := codes(c.Findings, model.Warning); len(got) != 1 || got[0] != CodeInsecure {
			t.Errorf("findings %v", c.Findings)
		}
	})
	t.Run("without TLS, on this machine", func(t *testing.T) {
		plain := httptest.NewServer(a)
		defer plain.Close()
		a.read(Options{Kubeconfig: writeKubeconfig(t, map[string]any{"server": plain.URL})})
	})
	t.Run("through a proxy", func(t *testing.T) {
		asked := 0
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			if r.Method == http.MethodConnect {
				http.Error(w, "not this way", http.StatusTeapot)
				return
			}
			a.ServeHTTP(w, r)
		}))
		defer proxy.Close()
		_, err := Read(t.Context(), Options{Attempts: 1, Kubeconfig: writeKubeconfig(t, map[string]any{"server": "https://cluster.example:6443", "proxy-url": strings.Replace(proxy.URL, "://", "://me:do-not-tell@", 1)})})
		if asked == 0 || err == nil || strings.Contains(err.Error(), "do-not-tell") {
			t.Errorf("the proxy was asked %d times: %v", asked, err)
		}
	})
	t.Run("to elsewhere", func(t *testing.T) {
		elsewhere := httptest.NewServer(http.RedirectHandler(a.server.URL, http.StatusFound))
		defer elsewhere.Close()
		if _, err := Read(t.Context(), Options{Attempts: 1, Kubeconfig: writeKubeconfig(t, map[string]any{"server": elsewhere.URL})}); err == nil {
			t.Error("the server's word was taken for where to send the credentials")
		}
	})
}

func written(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
