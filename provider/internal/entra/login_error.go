// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
)

// LoginError is a refused log-in to Microsoft Entra ID.
type LoginError struct {
	Code    string // e.g. AADSTS7000215, or OAuth's error when Entra gave no code
	Message string // Entra's first sentence
	cause   error
}

// loginAdvice says how to mend the log-in errors that set-ups run into. Codes: Entra docs, "AADSTS error codes".
var loginAdvice = map[string]string{
	"AADSTS7000215": "The client secret is wrong. Check that it is the secret's value and not its id, and that it belongs to this client_id.",
	"AADSTS7000222": "The client secret has expired. Add a new one to the app registration and use its value.",
	"AADSTS700016":  "The tenant does not know this client_id. Check client_id and tenant_id.",
	"AADSTS90002":   "There is no such tenant. Check tenant_id, and environment if the tenant is in a national cloud.",
	"AADSTS700027":  "The certificate is not registered for this client_id. Upload its public part to the app registration.",
	"AADSTS70021":   "No federated credential of the app registration matches the token. Compare issuer, subject and audience.",
	"AADSTS700213":  "No federated credential of the app registration matches the token's subject. Compare issuer, subject and audience.",
	"AADSTS65001":   "Consent is missing. Grant admin consent for the permissions of the app registration.",
}

// Error says what Entra refused and how to mend it.
func (e *LoginError) Error() string {
	text := "log-in to Microsoft Entra ID failed"
	if e.Code != "" {
		text += ": " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if advice := loginAdvice[e.Code]; advice != "" {
		text += "\n\n" + advice
	}
	return text + networkHint(e.Message)
}

// networkHint says how to mend a connection that did not come about. The libraries in between keep only the text.
func networkHint(message string) string {
	switch {
	case strings.Contains(message, "signed by unknown authority"):
		return "\n\nThe server's certificate is signed by an authority that this machine does not know. Give its certificate to the provider as ca_certificates or ca_certificates_path."
	case strings.Contains(message, "connection refused"), strings.Contains(message, "no such host"):
		return "\n\nCheck environment and endpoints of the provider, and that this machine reaches the address, if need be through HTTPS_PROXY."
	}
	return ""
}

// Unwrap returns the credential library's error, if there is one.
func (e *LoginError) Unwrap() error { return e.cause }

// newLoginError takes Entra's words out of what azidentity returns, which prints whole responses.
func newLoginError(err error) error {
	var failed *azidentity.AuthenticationFailedError
	if errors.As(err, &failed) && failed.RawResponse != nil {
		if body, readErr := runtime.Payload(failed.RawResponse); readErr == nil {
			return parseLoginError(failed.RawResponse.StatusCode, body, err)
		}
	}
	return &LoginError{Message: err.Error(), cause: err}
}

func readLoginError(response *http.Response) error {
	body, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	return parseLoginError(response.StatusCode, body, err)
}

var aadsts = regexp.MustCompile(`AADSTS\d+`)

func parseLoginError(status int, body []byte, cause error) error {
	var answer struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if json.Unmarshal(body, &answer) != nil || answer.Error == "" {
		return &LoginError{Message: fmt.Sprintf("HTTP %d without Entra's explanation", status), cause: cause}
	}
	code := aadsts.FindString(answer.Description)
	sentence, _, _ := strings.Cut(strings.TrimPrefix(answer.Description, code+": "), " Trace ID:")
	sentence, _, _ = strings.Cut(sentence, "\r\n")
	if code == "" {
		code = answer.Error
	}
	return &LoginError{Code: code, Message: strings.TrimSpace(sentence), cause: cause}
}

// isSecretUnknown says that Entra does not know the secret: it is wrong, or was added a moment ago.
func isSecretUnknown(err error) bool {
	var e *LoginError
	return errors.As(err, &e) && e.Code == "AADSTS7000215"
}
