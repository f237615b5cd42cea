// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func sameWithoutCase(a, b string) bool { return strings.EqualFold(a, b) }

// httpsAddress accepts an https address without query, http on loopback only: secrets travel over it.
type httpsAddress struct{}

func (httpsAddress) Description(context.Context) string { return "it must be an https address" }

func (v httpsAddress) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (httpsAddress) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	u, err := url.Parse(req.ConfigValue.ValueString())
	secure := err == nil && (u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()))
	if !secure || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid address",
			"The value must be an https address such as https://login.example.com, without user name and query.")
	}
}

// pemBlocks accepts PEM text whose blocks all have the given type and can be read. The value is not shown: it may be a key.
type pemBlocks struct{ kind string }

func (v pemBlocks) Description(context.Context) string {
	return "it must be PEM text with blocks of type " + v.kind
}

func (v pemBlocks) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v pemBlocks) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	fail := func(format string, args ...any) {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid PEM text", fmt.Sprintf(format, args...))
	}
	rest, blocks := []byte(req.ConfigValue.ValueString()), 0
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		blocks++
		if block.Type != v.kind {
			fail("It holds a block of type %s; only %s belongs here.", block.Type, v.kind)
			return
		}
		var err error
		if v.kind == "CERTIFICATE" {
			_, err = x509.ParseCertificate(block.Bytes)
		} else {
			_, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		}
		if err != nil {
			fail("Block %d cannot be read as %s.", blocks, v.kind)
			return
		}
	}
	if blocks == 0 {
		fail("It must start with -----BEGIN %s-----.", v.kind)
	}
}
