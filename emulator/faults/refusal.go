// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
)

// refusalBody is the body of a refused request as the service behind the path writes it.
func refusalBody(status int, path string) []byte {
	now := time.Now().UTC()
	id := uuid.NewString()
	var body any
	switch {
	case strings.Contains(path, "/oauth2/"):
		body = map[string]any{
			"error": "temporarily_unavailable",
			"error_description": "AADSTS90033: A transient error has occurred. Please try again. Trace ID: " + id +
				" Correlation ID: " + id + " Timestamp: " + now.Format("2006-01-02 15:04:05Z"),
			"error_codes":    []int{90033},
			"timestamp":      now.Format("2006-01-02 15:04:05Z"),
			"trace_id":       id,
			"correlation_id": id,
		}
	case status == http.StatusTooManyRequests:
		body = map[string]any{"error": map[string]any{
			"code":    "TooManyRequests",
			"message": "Please retry again later.",
			"innerError": map[string]any{
				"code": "429", "date": now.Format("2006-01-02T15:04:05"), "message": "Please retry after", "request-id": id, "status": "429",
			},
		}}
	default:
		code, message := "UnknownError", http.StatusText(status)
		if known, ok := codes[status]; ok {
			code, message = known[0], known[1]
		}
		body = map[string]any{"error": map[string]any{
			"code":    code,
			"message": message,
			"innerError": map[string]any{
				"date": now.Format("2006-01-02T15:04:05"), "request-id": id, "client-request-id": id,
			},
		}}
	}
	data, err := json.Marshal(body)
	if err != nil {
		return nil // strings and numbers only: cannot happen
	}
	return data
}

var codes = map[int][2]string{
	400: {"BadRequest", "The request could not be understood."},
	401: {"InvalidAuthenticationToken", "Access token has expired or is not yet valid."},
	403: {"Forbidden", "Forbidden"},
	404: {"NotFound", "Resource not found."},
	409: {"Directory_ConcurrencyViolation", "A conflicting object update occurred. Please retry."},
	500: {"InternalServerError", "An internal server error occurred."},
	502: {"BadGateway", "Failed to execute backend request."},
	503: {"serviceNotAvailable", "The service is unavailable. Please try again later."},
	504: {"GatewayTimeout", "The backend did not answer in time."},
}
