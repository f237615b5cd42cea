// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

// oauthError is an OAuth error with Entra's own code.
type oauthError struct {
	Code     string // OAuth code, e.g. invalid_client
	AADSTS   int
	Text     string // what follows "AADSTSnnn: "
	SubError string
	Status   int // 0: 401 for invalid_client, 400 for the rest
}

func (e *oauthError) Error() string { return fmt.Sprintf("AADSTS%d: %s", e.AADSTS, e.Text) }

func (e *oauthError) status() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Code == "invalid_client":
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

func fail(code string, aadsts int, format string, args ...any) *oauthError {
	return &oauthError{Code: code, AADSTS: aadsts, Text: fmt.Sprintf(format, args...)}
}

// describe is the error_description: the text and the ids by which support finds the request, in lines that end in CRLF.
func (s *Server) describe(e *oauthError, traceID, correlationID string) string {
	return fmt.Sprintf("%s Trace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s", e.Error(), traceID, correlationID, s.timestamp())
}

func (s *Server) timestamp() string { return s.clock.Now().Format("2006-01-02 15:04:05Z") }

// refuse answers with the error body of the token endpoint.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, e *oauthError) {
	traceID, correlationID := ids(r)
	body := map[string]any{
		"error": e.Code, "error_description": s.describe(e, traceID, correlationID), "error_codes": []int{e.AADSTS},
		"timestamp": s.timestamp(), "trace_id": traceID, "correlation_id": correlationID,
		"error_uri": fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", e.AADSTS),
	}
	if e.SubError != "" {
		body["suberror"] = e.SubError
	}
	writeJSON(w, e.status(), body)
}

// ids are the request's trace id and the correlation id that the client sent, or a new one.
func ids(r *http.Request) (traceID, correlationID string) {
	traceID = requestlog.ID(r.Context())
	if traceID == "" {
		traceID = uuid.NewString()
	}
	if correlationID = r.Header.Get("client-request-id"); correlationID == "" {
		correlationID = uuid.NewString()
	}
	return traceID, correlationID
}
