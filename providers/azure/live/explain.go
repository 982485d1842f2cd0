package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// explain says for people why a call failed, in words of which none comes from a request, and
// from an answer only codes.
func explain(err error) string {
	var response *azcore.ResponseError
	var signIn *azidentity.AuthenticationFailedError
	var connection *net.OpError
	var link *url.Error
	switch {
	case errors.As(err, &response):
		return status(response)
	case errors.As(err, &signIn):
		if code := regexp.MustCompile(`AADSTS\d+`).FindString(signIn.Error()); code != "" {
			return "signing in failed: " + code
		}
		return "signing in failed; is the credential still valid?"
	case errors.Is(err, context.DeadlineExceeded), os.IsTimeout(err):
		return "there was no answer in time"
	case errors.Is(err, context.Canceled):
		return "it was cancelled"
	case errors.As(err, &connection):
		return redact("no connection: " + connection.Err.Error())
	case errors.As(err, &link):
		return redact(link.Err.Error())
	}
	return redact(firstLine(err.Error()))
}

// status explains an answer that is an error of Azure.
func status(r *azcore.ResponseError) string {
	text := fmt.Sprintf("%d %s", r.StatusCode, http.StatusText(r.StatusCode))
	if code := regexp.MustCompile(`^[A-Za-z]+$`).FindString(r.ErrorCode); code != "" {
		text += " (" + code + ")"
	}
	switch r.StatusCode {
	case http.StatusUnauthorized:
		text += ": the credential has expired or is of another tenant"
	case http.StatusForbidden:
		text += ": the permission is missing"
	case http.StatusNotFound:
		text += ": it is not there, or was deleted while it was read"
	case http.StatusTooManyRequests:
		text += ": throttled, even after several tries"
	}
	return text
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSpace(line)
}

// redact takes secrets out of a text: tokens, and the values of variables that hold one.
func redact(s string) string {
	for _, name := range []string{"AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PASSWORD", "AZURE_PASSWORD", "IDENTITY_HEADER", "MSI_SECRET"} {
		if secret := os.Getenv(name); secret != "" {
			s = strings.ReplaceAll(s, secret, "[redacted]")
		}
	}
	return regexp.MustCompile(`(?i)bearer\s+[^\s"']+|eyJ[\w-]+\.[\w-]+\.[\w-]*`).ReplaceAllString(s, "[redacted]")
}
