package live

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	utilnet "k8s.io/apimachinery/pkg/util/net"
)

var (
	// userInfo matches names and passwords in addresses, as of proxies.
	userInfo = regexp.MustCompile(`://[^/@\s]+@`)
	// token matches what is sent as a credential, and JSON web tokens (RFC 7519).
	token = regexp.MustCompile(`(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}|\beyJ[\w-]+\.[\w-]+\.[\w-]*`)
)

// hidden returns an error with the same text without credentials.
func hidden(err error) error { return errors.New(clean(err.Error())) }

// clean returns a text without credentials, on one line and of a length to be read.
func clean(text string) string {
	const most = 400
	text = userInfo.ReplaceAllString(text, "://(hidden)@")
	text = token.ReplaceAllString(text, "(hidden)")
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		text = string(r[:most]) + "..."
	}
	return strings.TrimRight(text, ".")
}

// explain says in a few words why a call failed.
func explain(ctx context.Context, err error) string {
	var unsent *url.Error
	switch {
	case ctx.Err() != nil:
		return "it was cancelled: " + context.Cause(ctx).Error()
	case isTimeout(err):
		return "no answer in time"
	case apierrors.IsUnauthorized(err):
		return "the credentials are not valid or have expired (" + clean(err.Error()) + ")"
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return "the answer was cut off"
	case errors.As(err, &unsent):
		return clean(unsent.Err.Error()) // without the address that was asked
	}
	return clean(err.Error())
}

// isTimeout reports whether an attempt took too long.
func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &n) && n.Timeout()
}

// passes reports whether a call that failed may succeed when made again.
func passes(err error) bool {
	if apierrors.IsTooManyRequests(err) || apierrors.IsServerTimeout(err) || apierrors.IsServiceUnavailable(err) || apierrors.IsTimeout(err) {
		return true
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return status.Status().Code >= http.StatusInternalServerError
	}
	return isTimeout(err) || isCutOff(err) || utilnet.IsConnectionReset(err)
}

// isCutOff reports whether an answer did not come to its end.
func isCutOff(err error) bool {
	return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || utilnet.IsProbableEOF(err)
}

// isFinal reports whether no other call can succeed after this error: the credentials or the way
// to the server are at fault.
func isFinal(err error) bool {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return apierrors.IsUnauthorized(err)
	}
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial" || errors.Is(err, context.Canceled) || isCredentials(err)
}

// isCredentials reports whether a credential plugin or a certificate failed, before anything was sent.
func isCredentials(err error) bool {
	text := err.Error()
	return strings.Contains(text, "getting credentials") || strings.Contains(text, "tls: ") || strings.Contains(text, "x509: ")
}
