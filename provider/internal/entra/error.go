// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// Error is a failed call to Microsoft Graph.
type Error struct {
	Call      string // as the permission catalogue spells it, e.g. PATCH /applications/{app-object-id}
	Status    int    // 0: no answer came back
	Code      string // Graph's code, e.g. Request_ResourceNotFound
	Message   string // Graph's sentence
	RequestID string // for Microsoft's support
	cause     error
	after     time.Duration // Retry-After of a throttled batch item
}

func newError(name string, ex *exchange, cause error) error {
	var login *LoginError
	if errors.As(cause, &login) {
		return login // without the address of the request that it was for
	}
	return &Error{Call: name, Status: ex.status, Code: ex.code, Message: ex.message, RequestID: ex.requestID, cause: cause}
}

// Error says what was asked, what Graph answered and how to mend it.
func (e *Error) Error() string {
	if e.Status == 0 {
		return fmt.Sprintf("%s: no answer from Microsoft Graph: %v%s", e.Call, e.cause, networkHint(fmt.Sprint(e.cause)))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: HTTP %d", e.Call, e.Status)
	if e.Code != "" {
		fmt.Fprintf(&b, " %s", e.Code)
	}
	switch {
	case e.Message != "":
		fmt.Fprintf(&b, ": %s", e.Message)
	case e.Status < http.StatusBadRequest:
		fmt.Fprintf(&b, ": the answer could not be read: %v", e.cause)
	}
	if e.RequestID != "" {
		fmt.Fprintf(&b, " (request-id %s)", e.RequestID)
	}
	if hint := e.Hint(); hint != "" {
		fmt.Fprintf(&b, "\n\n%s", hint)
	}
	return b.String()
}

// Unwrap returns what the SDK or the network said.
func (e *Error) Unwrap() error { return e.cause }

// RetryAfter is how long Graph asks to wait; 0 = it does not say.
func (e *Error) RetryAfter() time.Duration { return e.after }

// Hint says how to mend the error, or is empty.
func (e *Error) Hint() string {
	switch e.Status {
	case http.StatusForbidden:
		return permissionHint(e.Call)
	case http.StatusUnauthorized:
		return "Microsoft Graph did not take the access token. Check that tenant_id, environment and endpoints.graph belong to the same cloud."
	}
	return ""
}

// permissionHint names the Graph permissions that open a call.
func permissionHint(name string) string {
	if strings.Contains(name, "/applications/{app-object-id}/owners/") { // opened by the same permissions
		name = "PATCH /applications/{app-object-id}"
	}
	var names []string
	for _, kind := range []catalog.Kind{catalog.Application, catalog.Delegated} {
		for _, p := range catalog.Opening(kind, name) {
			if !slices.Contains(names, p.Name) {
				names = append(names, p.Name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	need := names[0]
	if len(names) > 1 {
		need = "one of " + strings.Join(names, ", ")
	}
	if strings.HasPrefix(name, "POST /servicePrincipals/{sp-id}/appRole") {
		need += ", and also Application.Read.All or Directory.Read.All"
	}
	return fmt.Sprintf("The identity that runs Terraform lacks a Microsoft Graph permission for this call. It needs %s. Add it to that identity's app registration and grant admin consent; the next token holds it.", need)
}

// IsNotFound says whether Graph does not know the object, or does not know it yet.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsUnknownOutcome says whether the call may have taken effect although it failed.
func IsUnknownOutcome(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == 0 || e.Status >= http.StatusInternalServerError)
}

func hasStatus(err error, status int) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == status
}

// lagSentences are what Graph says when a reference has not replicated yet. They were seen in public issue trackers;
// Graph gives these cases no code of their own.
var lagSentences = []string{
	"does not reference a valid application object",
	"queried reference-property objects are not present",
	"not a valid reference update",
	"the backing application of the service principal being created must in the local tenant",
	"invalid usage location",
	"resource not found",
}

// isLag says whether waiting may help. Use it after a create only: an id that never existed looks the same.
func isLag(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	if e.Status == http.StatusNotFound || e.Code == "Directory_ConcurrencyViolation" || e.Code == "ReferenceNotFound" {
		return true
	}
	if e.Status != http.StatusBadRequest && e.Status != http.StatusForbidden {
		return false
	}
	message := strings.ToLower(e.Message)
	return slices.ContainsFunc(lagSentences, func(s string) bool { return strings.Contains(message, s) })
}

// isLagOrUnknown is for operations whose repeat adopts what an earlier attempt left behind.
func isLagOrUnknown(err error) bool { return isLag(err) || IsUnknownOutcome(err) }

// isThrottled is about items of a batch; whole requests are repeated by the transport.
func isThrottled(err error) bool { return hasStatus(err, http.StatusTooManyRequests) }

// alreadyExists says whether a create failed because the object is there. Graph answers 409 or 400, by collection.
func alreadyExists(err error) bool {
	var e *Error
	if !errors.As(err, &e) || e.Status != http.StatusConflict && e.Status != http.StatusBadRequest {
		return false
	}
	message := strings.ToLower(e.Message)
	return e.Code == "Request_MultipleObjectsWithSameKeyValue" ||
		strings.Contains(message, "already exist") || strings.Contains(message, "already in use")
}
