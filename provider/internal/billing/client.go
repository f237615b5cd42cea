// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package billing

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/consistency"
)

const (
	namespace     = "Microsoft.GraphServices"
	accountsAPI   = "2023-04-13"
	providersAPI  = "2021-04-01"
	moduleVersion = "v0.1.0" // azcore demands a semantic version for its telemetry header
)

// Config is what a Client needs.
type Config struct {
	Credential azcore.TokenCredential
	Endpoint   string             // Azure Resource Manager, e.g. https://management.azure.com
	Audience   string             // of the tokens, without /.default
	Base       http.RoundTripper  // nil = http.DefaultTransport
	Policy     consistency.Policy // how long registration and provisioning may take
}

// Client talks to Azure Resource Manager. It makes no request before the first call.
type Client struct {
	endpoint string
	pipeline runtime.Pipeline
	policy   consistency.Policy
}

// New checks the configuration and returns a client.
func New(cfg Config) (*Client, error) {
	endpoint, err := url.Parse(cfg.Endpoint)
	if err != nil || endpoint.Host == "" {
		return nil, fmt.Errorf("the Azure Resource Manager address %q is not a URL; write it like https://management.azure.com", cfg.Endpoint)
	}
	base := cfg.Base
	if base == nil {
		base = http.DefaultTransport
	}
	client, err := arm.NewClient("msteamssync", moduleVersion, cfg.Credential, &arm.ClientOptions{
		ClientOptions: policy.ClientOptions{
			Cloud: cloud.Configuration{
				ActiveDirectoryAuthorityHost: "https://unused", // the credential knows where to log in
				Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
					cloud.ResourceManager: {Endpoint: strings.TrimRight(cfg.Endpoint, "/"), Audience: strings.TrimRight(cfg.Audience, "/")},
				},
			},
			Retry:                           policy.RetryOptions{MaxRetries: -1}, // the transport repeats
			Transport:                       &http.Client{Transport: &consistency.Transport{Base: base, Policy: cfg.Policy}},
			InsecureAllowCredentialWithHTTP: endpoint.Scheme == "http", // the provider takes http for loopback only
		},
		DisableRPRegistration: true, // it waits in its own way; register does it in ours
	})
	if err != nil {
		return nil, fmt.Errorf("building the Azure Resource Manager client: %w", err)
	}
	return &Client{endpoint: client.Endpoint(), pipeline: client.Pipeline(), policy: cfg.Policy}, nil
}

// do is send for a request whose query names the API's version only.
func (c *Client) do(ctx context.Context, method, path, apiVersion string, in, out any) (status int, err error) {
	return c.send(ctx, method, path, url.Values{"api-version": {apiVersion}}, in, out)
}

// send sends one request, decodes the answer into out, which may be nil, and returns the status.
func (c *Client) send(ctx context.Context, method, path string, query url.Values, in, out any) (status int, err error) {
	request, err := runtime.NewRequest(ctx, method, runtime.JoinPaths(c.endpoint, path))
	if err != nil {
		return 0, fmt.Errorf("building %s %s: %w", method, path, err)
	}
	request.Raw().URL.RawQuery = query.Encode()
	request.Raw().Header.Set("Accept", "application/json")
	if in != nil {
		if err := runtime.MarshalAsJSON(request, in); err != nil {
			return 0, fmt.Errorf("building %s %s: %w", method, path, err)
		}
	}
	response, err := c.pipeline.Do(request)
	if err != nil {
		return 0, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return response.StatusCode, newError(method, path, response)
	}
	if out != nil && response.StatusCode != http.StatusNoContent {
		if err := runtime.UnmarshalAsJSON(response, out); err != nil {
			return response.StatusCode, fmt.Errorf("reading the answer to %s %s: %w", method, path, err)
		}
	}
	return response.StatusCode, nil
}

// Error is a refusal of Azure Resource Manager.
type Error struct {
	Method, Path  string
	Status        int
	Code, Message string
	RequestID     string
}

func newError(method, path string, response *http.Response) error {
	e := &Error{Method: method, Path: path, Status: response.StatusCode, RequestID: response.Header.Get("x-ms-request-id")}
	var body struct {
		Error struct{ Code, Message string }
	}
	if runtime.UnmarshalAsJSON(response, &body) == nil {
		e.Code, e.Message = body.Error.Code, body.Error.Message
	}
	return e
}

// advice says how to mend the refusals that this set-up runs into.
var advice = map[string]string{
	"AuthorizationFailed":   "The identity that runs Terraform needs the role Contributor on the subscription (or on the resource group, once the namespace " + namespace + " is registered), and it must own the app registration or be an Application Administrator.",
	"ResourceGroupNotFound": "Create the resource group first, or correct resource_group_name.",
	"SubscriptionNotFound":  "Check subscription_id, and that the identity that runs Terraform has a role in that subscription.",
}

// Error says what was asked, what Azure answered and how to mend it.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: HTTP %d", e.Method, e.Path, e.Status)
	if e.Code != "" {
		text += " " + e.Code
	}
	if e.Message != "" {
		text += ": " + e.Message
	}
	if e.RequestID != "" {
		text += " (request id " + e.RequestID + ")"
	}
	if hint := advice[e.Code]; hint != "" {
		text += "\n\n" + hint
	}
	return text
}

// IsNotFound says whether the account, its resource group or its subscription does not exist.
func IsNotFound(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusNotFound
}

// isUnknownOutcome says whether the call may have taken effect although it failed: no answer came, or Azure failed.
func isUnknownOutcome(err error) bool {
	var e *Error
	if errors.As(err, &e) {
		return e.Status >= http.StatusInternalServerError
	}
	var login *azidentity.AuthenticationFailedError
	return err != nil && !errors.As(err, &login)
}

// IsInvalid says whether Azure does not take what the account is to be, or does not know its application yet.
func IsInvalid(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Status == http.StatusBadRequest && e.Code != "PropertyChangeNotAllowed"
}

// IsConflict says whether Azure refuses because something else is in the way, e.g. the application's other account.
func IsConflict(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusConflict && e.Code != "MissingSubscriptionRegistration" || e.Code == "PropertyChangeNotAllowed")
}

func hasCode(err error, code string) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
