package live

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"regexp"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// secrets is what must not be told.
type secrets struct {
	mu     sync.Mutex
	values map[string]bool
}

// hide adds a text that must not be told.
func (s *secrets) hide(texts ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range texts {
		if t != "" {
			s.values[t] = true
		}
	}
}

// watched is credentials of which all that is ever used is hidden.
type watched struct {
	aws.CredentialsProvider
	secrets *secrets
}

// Retrieve returns the credentials.
func (w watched) Retrieve(ctx context.Context) (aws.Credentials, error) {
	c, err := w.CredentialsProvider.Retrieve(ctx)
	if err == nil {
		w.secrets.hide(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
	}
	return c, err
}

var (
	// accessKey matches ids of access keys (IAM user guide, unique identifiers).
	accessKey = regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b`)
	// userInfo matches names and passwords in addresses, as of proxies.
	userInfo = regexp.MustCompile(`://[^/@\s]+@`)
	// encoded is what only sts:DecodeAuthorizationMessage can read.
	encoded = regexp.MustCompile(`\s*Encoded authorization failure message: \S+`)
	// wrapped is what the SDK puts before the cause.
	wrapped = regexp.MustCompile(`^(?:operation error \S+: \S+, )?(?:exceeded maximum number of attempts, \d+, )?`)
)

// clean returns a text without secrets, and without what only the SDK's authors want to know.
func (s *secrets) clean(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for v := range s.values {
		text = strings.ReplaceAll(text, v, "(hidden)")
	}
	text = accessKey.ReplaceAllString(text, "(hidden)")
	text = userInfo.ReplaceAllString(text, "://(hidden)@")
	text = wrapped.ReplaceAllString(text, "")
	return strings.TrimSuffix(strings.Join(strings.Fields(encoded.ReplaceAllString(text, "")), " "), ".")
}

// explain says in a few words why a call failed.
func (s *secrets) explain(ctx context.Context, err error, region string) string {
	var api smithy.APIError
	var insecure insecureError
	var unsent *smithyhttp.RequestSendError
	switch {
	case ctx.Err() != nil:
		return "it was cancelled: " + context.Cause(ctx).Error()
	case errors.As(err, &api):
		text := s.clean(api.ErrorCode() + ": " + api.ErrorMessage())
		switch api.ErrorCode() {
		case "OptInRequired", "AuthFailure":
			text += "; the region " + region + " may not be enabled for the account, or the credentials are not valid"
		case "ExpiredToken", "ExpiredTokenException", "RequestExpired":
			text += "; sign in again"
		}
		return text
	case isTimeout(err):
		return "no answer in time"
	case isCutOff(err):
		return "the answer was cut off or is no EC2 answer"
	case errors.As(err, &insecure):
		return insecure.Error()
	case errors.As(err, &unsent):
		return s.clean(unsent.Err.Error())
	}
	return s.clean(err.Error())
}

// isTimeout reports whether an attempt took too long.
func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// isCutOff reports whether an answer could not be read to its end. Where the time for it ran out, the connection is closed
// under the reader.
func isCutOff(err error) bool {
	var d *smithy.DeserializationError
	var x *xml.SyntaxError
	return errors.As(err, &d) && (errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) || errors.As(err, &x))
}

// isSilence reports whether there was no answer that could be read.
func isSilence(err error) bool {
	var unsent *smithyhttp.RequestSendError
	return isTimeout(err) || isCutOff(err) || errors.As(err, &unsent)
}

// isFinal reports whether no other call can succeed after this error: the credentials, the region or
// the way there are at fault.
func isFinal(err error) bool {
	var api smithy.APIError
	if errors.As(err, &api) {
		switch api.ErrorCode() {
		case "AuthFailure", "Blocked", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId",
			"MissingAuthenticationToken", "OptInRequired", "PendingVerification", "RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException":
			return true
		}
		return false
	}
	var insecure insecureError
	var unsent *smithyhttp.RequestSendError
	var op *net.OpError
	return errors.As(err, &insecure) || errors.As(err, &unsent) && !isTimeout(err) && errors.As(err, &op) && op.Op == "dial" ||
		strings.Contains(err.Error(), "failed to refresh cached credentials") || errors.Is(err, context.Canceled)
}
