package live

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"cloud.google.com/go/auth"
	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
)

// why is a reason for people, free of credentials: the libraries' own texts may hold parts of
// answers about tokens.
func why(err error, permission string) string {
	var api *googleapi.Error
	var network net.Error
	switch {
	case isUnauthenticated(err):
		return "the credentials are not accepted, or have expired: log in again with gcloud auth application-default login"
	case errors.As(err, &api):
		return whyStatus(api, permission)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the answer broke off"
	case errors.Is(err, context.Canceled):
		return "it was interrupted"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return "there was no answer in time"
	case errors.Is(err, errTooLarge):
		return errTooLarge.Error()
	case errors.Is(err, errForm):
		return errForm.Error()
	case errors.As(err, &network):
		return "the service cannot be reached"
	}
	return "the answer cannot be read"
}

// isUnauthenticated reports whether the credentials were refused, for good, before the service was asked.
func isUnauthenticated(err error) bool {
	var refused *auth.Error
	var older *oauth2.RetrieveError
	var resp *http.Response
	switch {
	case errors.As(err, &refused):
		resp = refused.Response
	case errors.As(err, &older):
		resp = older.Response
	default:
		return false
	}
	return resp == nil || resp.StatusCode < http.StatusInternalServerError
}

// whyStatus explains an answer other than 200.
func whyStatus(err *googleapi.Error, permission string) string {
	switch err.Code {
	case http.StatusUnauthorized:
		return "the credentials are not accepted, or have expired: log in again with gcloud auth application-default login"
	case http.StatusForbidden:
		if isDisabled(err) {
			return "the API is not enabled in the project: enable it with gcloud services enable, or read without what it tells"
		}
		if strings.Contains(err.Body, `"rateLimitExceeded"`) {
			return "it was asked too often, and again after a pause"
		}
		return "access was denied: the permission " + permission + " is missing, or the project does not exist"
	case http.StatusNotFound:
		return "it is not there, or was deleted while it was read"
	case http.StatusTooManyRequests:
		return "it was asked too often, and again after a pause"
	case http.StatusBadRequest:
		return "the service refused the request as invalid"
	}
	return "the service failed: " + strings.ToLower(http.StatusText(err.Code))
}

// isDisabled reports whether a refusal is for an API that is not enabled (reasons accessNotConfigured and SERVICE_DISABLED).
func isDisabled(err *googleapi.Error) bool {
	return strings.Contains(err.Body, "accessNotConfigured") || strings.Contains(err.Body, "SERVICE_DISABLED")
}

// isNotFound reports whether what was asked for is not there.
func isNotFound(err error) bool {
	var api *googleapi.Error
	return errors.As(err, &api) && api.Code == http.StatusNotFound
}
