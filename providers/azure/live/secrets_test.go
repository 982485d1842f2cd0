package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/crosswall/crosswall/providers/azure/live"
	"github.com/crosswall/crosswall/providers/azure/live/standin"
)

const secret = "s3cr3t-hunter2"

// secretToken is a credential with a secret in its token.
type secretToken struct{}

func (secretToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{Token: secret, ExpiresOn: time.Now().Add(time.Hour)}, nil
}

// noToken is a credential that fails, and says too much.
type noToken struct{}

func (noToken) GetToken(context.Context, policy.TokenRequestOptions) (azcore.AccessToken, error) {
	return azcore.AccessToken{}, errors.New("no token for client_secret=" + secret + "\nmore")
}

// Credentials are in no snapshot and no error, even when a server sends them back.
func TestSecrets(t *testing.T) {
	t.Setenv("AZURE_CLIENT_SECRET", secret)
	echo := func(status int, code string) func(http.ResponseWriter, *http.Request, int) bool {
		return func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if strings.HasSuffix(r.URL.Path, "/networkInterfaces") || status == http.StatusUnauthorized {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(status)
				fmt.Fprintf(w, `{"error":{"code":%q,"message":%q}}`, code, r.Header.Get("Authorization"))
				return true
			}
			return false
		}
	}
	for _, c := range []struct {
		name       string
		trouble    standin.Fault
		credential azcore.TokenCredential
		sent       bool
	}{
		{"refused", echo(http.StatusForbidden, "AuthorizationFailed"), secretToken{}, true},
		{"refused with a code that is none", echo(http.StatusForbidden, "Bearer "+secret), secretToken{}, true},
		{"expired", echo(http.StatusUnauthorized, "ExpiredAuthenticationToken"), secretToken{}, true},
		{"no token", nil, noToken{}, false},
		{"hung up", func(http.ResponseWriter, *http.Request, int) bool { panic(http.ErrAbortHandler) }, secretToken{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, account())
			if c.trouble != nil {
				s.Faults = []standin.Fault{c.trouble}
			}
			o := s.options()
			o.Credential, o.Retries = c.credential, -1
			var progress strings.Builder
			o.InFlight, o.Progress = 1, func(operation string, n int) { fmt.Fprintln(&progress, operation, n) }
			got, err := live.Read(t.Context(), o)
			raw, marshalErr := json.Marshal(got)
			if marshalErr != nil {
				t.Fatal(marshalErr)
			}
			if text := string(raw) + fmt.Sprint(err) + progress.String(); strings.Contains(text, secret) {
				t.Errorf("the secret is in %s", text)
			}
			sent := slices.Contains(s.Authorizations(), "Bearer "+secret)
			if sent != c.sent {
				t.Errorf("the token was sent: %v, want %v; the test would show nothing", !c.sent, c.sent)
			}
		})
	}
}

// A real credential is not sent to an emulator, nor to a host that an answer names.
func TestTokenStaysHome(t *testing.T) {
	t.Setenv("AZURE_CLIENT_SECRET", secret)
	t.Setenv("AZURE_TENANT_ID", "tenant")
	t.Setenv("AZURE_CLIENT_ID", "client")
	s := serve(t, account())
	if _, err := live.Read(t.Context(), s.options()); err != nil {
		t.Fatal(err)
	}
	if sent := s.Authorizations(); !slices.Equal(sent, []string{"Bearer emulator"}) {
		t.Errorf("authorization %v", sent)
	}
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer other.Close()
	s.Faults = []standin.Fault{func(w http.ResponseWriter, _ *http.Request, _ int) bool {
		standin.Send(w, obj{"value": []obj{}, "nextLink": other.URL + "/more"})
		return true
	}}
	if _, err := live.Read(t.Context(), s.options()); err == nil || asked {
		t.Errorf("%v; the other host was asked: %v", err, asked)
	}
}
