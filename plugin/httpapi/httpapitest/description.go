// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package httpapitest compares answers of the plugin with openapi.yaml. For tests only.
package httpapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/repository"
)

// Description is openapi.yaml. Its schemas are those of JSON Schema, draft 2020-12, as OpenAPI 3.1 says.
type Description struct {
	operations map[string]Operation // by "METHOD path"
	responses  map[string]response  // of components
	schemas    *jsonschema.Compiler
}

// Operation is what the description says of a method of a path.
type Operation struct {
	Summary     string
	Role        string `json:"x-role"`
	RequestBody any
	Responses   map[string]response // by status
}

type response struct {
	Ref     string `json:"$ref"`
	Headers map[string]any
	Content map[string]struct { // by media type
		Schema any
		at     string // where the compiler has the schema
	}
}

// where the compiler has the schemas.
const document = "https://msteamssync.example/openapi.json"

// Read reads the description and makes sure that each schema in it is one.
func Read(t *testing.T) *Description {
	t.Helper()
	path, err := repository.Path("plugin", "httpapi", "openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	d, err := parse(text)
	if err != nil {
		t.Fatalf("openapi.yaml: %v", err)
	}
	return d
}

func parse(text []byte) (*Description, error) {
	var whole any
	if err := yaml.Unmarshal(text, &whole); err != nil {
		return nil, err
	}
	converted, err := json.Marshal(whole)
	if err != nil {
		return nil, err
	}
	var parts struct {
		Paths      map[string]map[string]Operation
		Components struct {
			Responses map[string]response
			Schemas   map[string]any
		}
	}
	if err := json.Unmarshal(converted, &parts); err != nil {
		return nil, err
	}
	d := &Description{operations: map[string]Operation{}, responses: parts.Components.Responses, schemas: jsonschema.NewCompiler()}
	d.schemas.DefaultDraft(jsonschema.Draft2020)
	d.schemas.AssertFormat()

	// What refers to a component refuses for it: there it is open.
	for _, component := range parts.Components.Schemas {
		if err := closeSchemas(component, true); err != nil {
			return nil, err
		}
	}
	// The compiler finds schemas by pointer; a flat list spares escaping the paths.
	answers := map[string]any{}
	var broken error
	place := func(r response) {
		for media, content := range r.Content {
			content.at = "/answers/" + strconv.Itoa(len(answers))
			broken = errors.Join(broken, closeSchemas(content.Schema, false))
			answers[strconv.Itoa(len(answers))] = content.Schema
			r.Content[media] = content
		}
	}
	for path, methods := range parts.Paths {
		for method, o := range methods {
			d.operations[strings.ToUpper(method)+" "+path] = o
			for _, r := range o.Responses {
				place(r)
			}
		}
	}
	for _, r := range d.responses {
		place(r)
	}
	if broken != nil {
		return nil, broken
	}
	flat, err := json.Marshal(map[string]any{"components": map[string]any{"schemas": parts.Components.Schemas}, "answers": answers})
	if err != nil {
		return nil, err
	}
	schemas, err := jsonschema.UnmarshalJSON(bytes.NewReader(flat))
	if err != nil {
		return nil, err
	}
	if err := d.schemas.AddResource(document, schemas); err != nil {
		return nil, err
	}
	for at := range answers {
		if _, err := d.schemas.Compile(document + "#/answers/" + at); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// closeSchemas makes schemas of objects refuse properties that they do not list: an answer must not hold what nobody described.
// An open schema is part of another one, which refuses for it. It finds what OpenAPI 3.0 had and 3.1 has not, too:
// validators pass over it without a word.
func closeSchemas(node any, open bool) error {
	switch node := node.(type) {
	case map[string]any:
		if _, is := node["nullable"].(bool); is {
			return errors.New(`nullable is OpenAPI 3.0's; write type: [..., "null"]`)
		}
		_, refers := node["$ref"].(string)
		_, lists := node["properties"].(map[string]any)
		_, joins := node["allOf"].([]any)
		if !open && (refers || lists || joins) && node["additionalProperties"] == nil {
			node["unevaluatedProperties"] = false
		}
		for name, child := range node {
			if err := closeSchemas(child, name == "allOf"); err != nil {
				return err
			}
		}
	case []any:
		for _, child := range node {
			if err := closeSchemas(child, open); err != nil {
				return err
			}
		}
	}
	return nil
}

// Operations returns all that is described, by "METHOD path".
func (d *Description) Operations() map[string]Operation { return maps.Clone(d.operations) }

// Check says what of an answer to "METHOD path" is not as described.
func (d *Description) Check(name string, status int, header http.Header, body []byte) error {
	o, ok := d.operations[name]
	if !ok {
		return fmt.Errorf("%s is not described", name)
	}
	r, ok := o.Responses[strconv.Itoa(status)]
	if !ok {
		return fmt.Errorf("%s is not described to answer %d: %s", name, status, body)
	}
	if r.Ref != "" {
		if r, ok = d.responses[strings.TrimPrefix(r.Ref, "#/components/responses/")]; !ok {
			return fmt.Errorf("%s %d refers to %s, which is not there", name, status, r.Ref)
		}
	}
	for field := range r.Headers {
		if header.Get(field) == "" {
			return fmt.Errorf("%s answers %d without %s", name, status, field)
		}
	}
	if len(r.Content) == 0 {
		if len(body) > 0 && status != http.StatusSeeOther { // a redirect may carry a link
			return fmt.Errorf("%s answers %d with a body that is not described: %s", name, status, body)
		}
		return nil
	}
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	content, ok := r.Content[media]
	if err != nil || !ok {
		return fmt.Errorf("%s answers %d with %q; described are %v", name, status, header.Get("Content-Type"), slices.Sorted(maps.Keys(r.Content)))
	}
	if media != "application/json" {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s answers %d with %q: %w", name, status, body, err)
	}
	schema, err := d.schemas.Compile(document + "#" + content.at)
	if err != nil {
		return err
	}
	if err := schema.Validate(value); err != nil {
		return fmt.Errorf("%s answers %d with %s\n%w", name, status, body, err)
	}
	return nil
}
