// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"context"
	"net/http"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azcloud "github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	nethttplibrary "github.com/microsoft/kiota-http-go"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

const tenant = directory.DemoTenantID

// clientOptions point the Azure SDK at an emulator.
func clientOptions(server *emulator.Server) policy.ClientOptions {
	return policy.ClientOptions{
		Transport: server.HTTPClient(),
		Retry:     policy.RetryOptions{MaxRetries: -1},
		Cloud: azcloud.Configuration{
			ActiveDirectoryAuthorityHost: server.URL(),
			Services:                     map[azcloud.ServiceName]azcloud.ServiceConfiguration{azcloud.ResourceManager: {Endpoint: server.URL(), Audience: "https://management.core.windows.net/"}},
		},
	}
}

// provisioner is the demo tenant's application that may do everything.
func provisioner(t *testing.T, server *emulator.Server) azcore.TokenCredential {
	t.Helper()
	return secretCredential(t, server, directory.DemoProvisionerAppID, directory.DemoProvisionerSecret)
}

func secretCredential(t *testing.T, server *emulator.Server, appID, secret string) azcore.TokenCredential {
	t.Helper()
	credential, err := azidentity.NewClientSecretCredential(tenant, appID, secret, &azidentity.ClientSecretCredentialOptions{
		ClientOptions: clientOptions(server), DisableInstanceDiscovery: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	return credential
}

// tokenFor asks for a Graph token.
func tokenFor(ctx context.Context, server *emulator.Server, credential azcore.TokenCredential) (string, error) {
	token, err := credential.GetToken(ctx, policy.TokenRequestOptions{Scopes: []string{server.URL() + "/.default"}})
	return token.Token, err
}

// bearer puts a credential's token on every request.
type bearer struct {
	server     *emulator.Server
	credential azcore.TokenCredential
}

func (b bearer) RoundTrip(request *http.Request) (*http.Response, error) {
	token, err := tokenFor(request.Context(), b.server, b.credential)
	if err != nil {
		return nil, err
	}
	request = request.Clone(request.Context())
	request.Header.Set("Authorization", "Bearer "+token)
	return b.server.HTTPClient().Transport.RoundTrip(request)
}

// adapter is the Graph SDK's request adapter over the emulator, with Microsoft's own middleware when asked for.
func adapter(t *testing.T, server *emulator.Server, credential azcore.TokenCredential, middleware bool) *nethttplibrary.NetHttpRequestAdapter {
	t.Helper()
	nodes := serialization.NewParseNodeFactoryRegistry()
	nodes.ContentTypeAssociatedFactories["application/json"] = jsonserialization.NewJsonParseNodeFactory()
	writers := serialization.NewSerializationWriterFactoryRegistry()
	writers.ContentTypeAssociatedFactories["application/json"] = jsonserialization.NewJsonSerializationWriterFactory()
	var transport http.RoundTripper = bearer{server, credential}
	if middleware {
		transport = nethttplibrary.NewCustomTransportWithParentTransport(transport, nethttplibrary.NewCompressionHandler())
	}
	graph, err := nethttplibrary.NewNetHttpRequestAdapterWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		&authentication.AnonymousAuthenticationProvider{}, nodes, writers, &http.Client{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	graph.SetBaseUrl(server.URL() + "/v1.0")
	return graph
}

func path(graph *nethttplibrary.NetHttpRequestAdapter) map[string]string {
	return map[string]string{"baseurl": graph.GetBaseUrl()}
}

func ptr[T any](v T) *T { return &v }
