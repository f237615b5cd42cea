// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapitest

import (
	"net/http"
	"testing"
)

const described = `
paths:
  /things:
    get:
      summary: Lists.
      responses:
        "200":
          description: The things.
          content:
            application/json:
              schema: {type: object, required: [things], properties: {things: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}
        "204": {description: None.}
        "403": {$ref: "#/components/responses/Error"}
components:
  responses:
    Error:
      description: No.
      headers: {X-Request-Id: {schema: {type: string}}}
      content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string}}}}}
  schemas:
    Thing:
      type: object
      required: [id, at]
      properties:
        id: {type: string}
        at: {type: [string, "null"], format: date-time}
`

func TestAnswersAreCompared(t *testing.T) {
	d, err := parse([]byte(described))
	if err != nil {
		t.Fatal(err)
	}
	asJSON := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Request-Id": {"r"}}
	for _, c := range []struct {
		name   string
		status int
		header http.Header
		body   string
		good   bool
	}{
		{"GET /things", 200, asJSON, `{"things":[{"id":"a","at":null},{"id":"b","at":"2026-01-01T00:00:00Z"}]}`, true},
		{"GET /things", 200, asJSON, `{"things":[],"more":1}`, false},
		{"GET /things", 200, asJSON, `{"things":[{"id":"a","at":null,"more":1}]}`, false},
		{"GET /things", 200, asJSON, `{"things":[{"id":"a"}]}`, false},
		{"GET /things", 200, asJSON, `{"things":[{"id":"a","at":"yesterday"}]}`, false},
		{"GET /things", 200, asJSON, `{"things":null}`, false},
		{"GET /things", 200, asJSON, `<html>`, false},
		{"GET /things", 200, http.Header{"Content-Type": {"text/plain"}}, `{"things":[]}`, false},
		{"GET /things", 204, nil, ``, true},
		{"GET /things", 204, nil, `{}`, false},
		{"GET /things", 403, asJSON, `{"code":"forbidden"}`, true},
		{"GET /things", 403, http.Header{"Content-Type": {"application/json"}}, `{"code":"forbidden"}`, false},
		{"GET /things", 404, asJSON, `{"code":"not_found"}`, false},
		{"POST /things", 200, asJSON, `{"things":[]}`, false},
	} {
		if err := d.Check(c.name, c.status, c.header, []byte(c.body)); (err == nil) != c.good {
			t.Errorf("%s %d %s: %v", c.name, c.status, c.body, err)
		}
	}
}

// TestSchemasMayBeJoined: what one part of a joined schema lists is no surprise to the other.
func TestSchemasMayBeJoined(t *testing.T) {
	d, err := parse([]byte(`
paths: {/things: {get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Larger"}}}}}}}}
components:
  schemas:
    Small: {type: object, required: [id], properties: {id: {type: string}}}
    Larger:
      allOf:
        - $ref: "#/components/schemas/Small"
        - {type: object, required: [state], properties: {state: {type: string}, small: {$ref: "#/components/schemas/Small"}}}
`))
	if err != nil {
		t.Fatal(err)
	}
	for body, good := range map[string]bool{
		`{"id":"a","state":"ok"}`:                    true,
		`{"id":"a","state":"ok","small":{"id":"b"}}`: true,
		`{"id":"a"}`:                       false,
		`{"id":"a","state":"ok","more":1}`: false,
		`{"id":"a","state":"ok","small":{"id":"b","state":"x"}}`: false,
	} {
		if err := d.Check("GET /things", 200, http.Header{"Content-Type": {"application/json"}}, []byte(body)); (err == nil) != good {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestWhatIsNotOfThisVersionIsFound(t *testing.T) {
	if _, err := parse([]byte(`
paths: {/things: {get: {responses: {"200": {content: {application/json: {schema: {type: string, nullable: true}}}}}}}}
`)); err == nil {
		t.Error("nullable was taken")
	}
}

func TestAReferenceToNothingIsFound(t *testing.T) {
	if _, err := parse([]byte(`
paths: {/things: {get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Nothing"}}}}}}}}
`)); err == nil {
		t.Error("a schema that refers to nothing was taken")
	}
}
