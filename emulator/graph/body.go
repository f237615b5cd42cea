// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package graph

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/requestlog"
)

// maxBody is Graph's limit for a whole request.
const maxBody = 4 << 20

var errTooLarge = &Error{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: "The request body is larger than 4 MB."}

// openBody undoes Content-Encoding and reads the body into memory. A body that says gzip and is not is refused with
// 400: one version of a public client retries with plain bytes under that label, and Graph refuses them.
func openBody(r *http.Request) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	var source io.Reader = r.Body
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip":
		unzip, err := gzip.NewReader(r.Body)
		if err != nil {
			return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "The request body is labelled Content-Encoding: gzip and is not gzip."}
		}
		source = unzip
	default:
		return &Error{Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType", Message: "Content-Encoding '" + encoding + "' is not supported."}
	}
	body, err := io.ReadAll(io.LimitReader(source, maxBody+1))
	switch {
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), errors.Is(err, io.ErrUnexpectedEOF):
		return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: "The gzip body of the request is damaged."}
	case err != nil:
		return BadRequest("Unable to read the request body: %v", err)
	case len(body) > maxBody:
		return errTooLarge
	}
	requestlog.Annotate(r.Context(), func(e *requestlog.Entry) { e.SetBody(r.Header.Get("Content-Type"), body) })
	r.Header.Del("Content-Encoding")
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return nil
}

// diagnostic is Graph's header about the machine that answered.
const diagnostic = `{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"1","ScaleUnit":"000","RoleInstance":"EMULATOR0"}}`

func write(w http.ResponseWriter, r *http.Request, response *Response) {
	header := w.Header()
	id := requestlog.ID(r.Context())
	header.Set("request-id", id)
	header.Set("client-request-id", id)
	if sent := r.Header.Get("client-request-id"); sent != "" {
		header.Set("client-request-id", sent)
	}
	header.Set("x-ms-ags-diagnostic", diagnostic)
	header.Set("Cache-Control", "no-cache")
	header.Set("Strict-Transport-Security", "max-age=31536000")
	header.Set("Vary", "Accept-Encoding")
	body := response.Raw
	if response.Body != nil {
		header.Set("OData-Version", "4.0")
		header.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
		body = encode(response.Body)
	}
	for name, values := range response.Header {
		header[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(response.Status)
	_, _ = w.Write(body) // a caller that went away is its own affair
}

func encode(v any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return []byte(`{"error":{"code":"InternalServerError","message":"the emulator could not encode its answer"}}`)
	}
	return bytes.TrimRight(buffer.Bytes(), "\n")
}
