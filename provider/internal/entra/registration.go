// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package entra

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
)

// Registration is all that Graph keeps about an app registration, its credentials and its service principal.
type Registration struct {
	Application
	Secrets   []Password
	OtherKeys []Certificate // key credentials that nobody logs in with
	Federated []Federated
	Owners    []ObjectID        // only when they were asked for
	Principal *ServicePrincipal // nil: there is none, or it has not replicated yet
}

// Federated lets tokens of another identity provider stand in for a client secret.
type Federated struct {
	ID, Name, Issuer, Subject string
}

// Registration reads a registration with everything that belongs to it in one request. object may be empty: the client
// id alone finds it too. A missing service principal is no error, a missing registration is.
func (c *Client) Registration(ctx context.Context, object ObjectID, client ClientID, withOwners bool) (Registration, error) {
	var r Registration
	path := "/applications/" + url.PathEscape(string(object))
	if object == "" {
		path = "/applications(appId='" + url.PathEscape(string(client)) + "')"
	}
	items := []batchItem{
		{
			call: "GET /applications/{app-object-id}", method: http.MethodGet, url: path + "?$select=" + strings.Join(credentialFields, ","),
			read: func(body json.RawMessage) error {
				found, err := parse[models.Applicationable](body, models.CreateApplicationFromDiscriminatorValue)
				if err != nil {
					return err
				}
				r.Application = c.remember(found)
				for _, p := range found.GetPasswordCredentials() {
					r.Secrets = append(r.Secrets, readPassword(p))
				}
				for _, k := range r.otherKeys {
					r.OtherKeys = append(r.OtherKeys, readCertificate(k))
				}
				return nil
			},
		},
		{
			call: "GET /applications/{app-object-id}", method: http.MethodGet, url: path + "/federatedIdentityCredentials",
			done: IsNotFound, // with the registration, which says so itself
			read: func(body json.RawMessage) error {
				list, err := parse[models.FederatedIdentityCredentialCollectionResponseable](body, models.CreateFederatedIdentityCredentialCollectionResponseFromDiscriminatorValue)
				if err != nil {
					return err
				}
				for _, f := range list.GetValue() {
					r.Federated = append(r.Federated, Federated{text(f.GetId()), text(f.GetName()), text(f.GetIssuer()), text(f.GetSubject())})
				}
				return nil
			},
		},
		{
			call: "GET /servicePrincipals/{sp-id}", method: http.MethodGet, done: IsNotFound,
			url: "/servicePrincipals(appId='" + url.PathEscape(string(client)) + "')?$select=" + strings.Join(servicePrincipalFields, ","),
			read: func(body json.RawMessage) error {
				found, err := parse[models.ServicePrincipalable](body, models.CreateServicePrincipalFromDiscriminatorValue)
				if err != nil {
					return err
				}
				principal := readServicePrincipal(found)
				r.Principal = &principal
				return nil
			},
		},
	}
	if withOwners {
		items = append(items, ownersItem(path, &r.Owners))
	}
	return r, c.readBatch(ctx, items)
}

// parse reads an answer inside a batch with the SDK's own rules.
func parse[T serialization.Parsable](body json.RawMessage, factory serialization.ParsableFactory) (T, error) {
	var none T
	node, err := jsonserialization.NewJsonParseNode(body)
	if err != nil {
		return none, fmt.Errorf("it is not JSON: %w", err)
	}
	value, err := node.GetObjectValue(factory)
	if err != nil {
		return none, err
	}
	typed, ok := value.(T)
	if !ok {
		return none, fmt.Errorf("it is a %T", value)
	}
	return typed, nil
}
