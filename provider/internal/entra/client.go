// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	nethttplibrary "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

// ClientID is an application (client) id; ObjectID is the id of a directory object. The portal shows both, and they
// are easy to mix up.
type (
	ClientID string
	ObjectID string
)

// Config is what a Client needs.
type Config struct {
	TenantID   string
	Credential azcore.TokenCredential
	LoginURL   string             // authority host, e.g. https://login.microsoftonline.com
	GraphURL   string             // without the version, e.g. https://graph.microsoft.com
	Base       http.RoundTripper  // nil = http.DefaultTransport
	Policy     consistency.Policy // how long replication lag is forgiven
	UserAgent  string
}

// Client talks to one tenant. It is safe for concurrent use and makes no request before the first call.
type Client struct {
	adapter  *nethttplibrary.NetHttpRequestAdapter
	graph    *http.Client // for $batch, which the SDK's sub-packages do not have
	login    *http.Client
	tokenURL string
	scope    string
	tokens   *Tokens
	identity azcore.TokenCredential
	policy   consistency.Policy

	mu       sync.Mutex
	graphID  ObjectID              // object id of Microsoft Graph's service principal, once known
	objects  map[ClientID]ObjectID // registrations by client id, once known
	skus     []Sku                 // bought licences, once known
	claimed  map[ObjectID]ClientID // registrations that this run of Terraform has made, restored or adopted
	pageHost string
}

// New checks the configuration and returns a client.
func New(cfg Config) (*Client, error) {
	graph, err := url.Parse(cfg.GraphURL)
	if err != nil || graph.Host == "" {
		return nil, fmt.Errorf("the Microsoft Graph address %q is not a URL; write it like https://graph.microsoft.com", cfg.GraphURL)
	}
	if cfg.Credential == nil {
		return nil, errors.New("no credential for Microsoft Graph")
	}
	base := cfg.Base
	if base == nil {
		base = http.DefaultTransport
	}
	graphURL := strings.TrimRight(cfg.GraphURL, "/")
	scope := graphURL + "/.default"
	agent, tokens := &agentTransport{base: base, userAgent: cfg.UserAgent}, NewTokens(cfg.Credential, scope)
	transport := &recorder{next: &bearer{
		next: &consistency.Transport{Base: agent, Policy: cfg.Policy},
		host: graph.Host, tokens: tokens,
	}}

	factory := serialization.NewParseNodeFactoryRegistry()
	node := jsonserialization.NewJsonParseNodeFactory()
	factory.ContentTypeAssociatedFactories["application/json"] = node
	writers := serialization.NewSerializationWriterFactoryRegistry()
	writers.ContentTypeAssociatedFactories["application/json"] = jsonserialization.NewJsonSerializationWriterFactory()
	// A plain http.Client: none of kiota's middleware, whose order is random and whose retry and compression spoil bodies.
	adapter, err := nethttplibrary.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		&authentication.AnonymousAuthenticationProvider{}, factory, writers, &http.Client{Transport: transport})
	if err != nil {
		return nil, fmt.Errorf("building the Microsoft Graph client: %w", err)
	}
	adapter.SetBaseUrl(graphURL + "/v1.0")
	return &Client{
		adapter:  adapter,
		graph:    &http.Client{Transport: transport},
		login:    &http.Client{Transport: &consistency.Transport{Base: agent, Policy: cfg.Policy, ReplayPost: true}},
		tokenURL: strings.TrimRight(cfg.LoginURL, "/") + "/" + url.PathEscape(cfg.TenantID) + "/oauth2/v2.0/token",
		scope:    scope,
		tokens:   tokens,
		identity: cfg.Credential,
		policy:   cfg.Policy,
		objects:  map[ClientID]ObjectID{},
		claimed:  map[ObjectID]ClientID{},
		pageHost: graph.Host,
	}, nil
}

// path holds the parameters that every request builder starts from; the adapter fills in the base URL.
func (c *Client) path() map[string]string {
	return map[string]string{"baseurl": c.adapter.GetBaseUrl()}
}
