// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package clients

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator"
	azure "github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
)

// billingAccount is the resource as azcore's generated clients would declare it.
type billingAccount struct {
	ID         string            `json:"id,omitempty"`
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags,omitempty"`
	Properties struct {
		AppID             string `json:"appId"`
		BillingPlanID     string `json:"billingPlanId,omitempty"`
		ProvisioningState string `json:"provisioningState,omitempty"`
	} `json:"properties"`
}

// accounts calls one path of Azure Resource Manager.
type accounts struct{ *arm.Client }

func newAccounts(t *testing.T, server *emulator.Server, credential azcore.TokenCredential, options arm.ClientOptions) accounts {
	t.Helper()
	options.ClientOptions = clientOptions(server)
	client, err := arm.NewClient("clients", "v1.0.0", credential, &options)
	if err != nil {
		t.Fatal(err)
	}
	return accounts{client}
}

func (a accounts) do(t *testing.T, method, path, version string, in, out any) (int, error) {
	t.Helper()
	request, err := runtime.NewRequest(t.Context(), method, runtime.JoinPaths(a.Endpoint(), path))
	if err != nil {
		t.Fatal(err)
	}
	query := request.Raw().URL.Query()
	query.Set("api-version", version)
	request.Raw().URL.RawQuery = query.Encode()
	if in != nil {
		if err := runtime.MarshalAsJSON(request, in); err != nil {
			t.Fatal(err)
		}
	}
	response, err := a.Pipeline().Do(request)
	if err != nil {
		return 0, err
	}
	if !runtime.HasStatusCode(response, http.StatusOK, http.StatusCreated, http.StatusNoContent) {
		return response.StatusCode, runtime.NewResponseError(response)
	}
	if out == nil {
		return response.StatusCode, nil
	}
	return response.StatusCode, runtime.UnmarshalAsJSON(response, out)
}

func wantAzureError(t *testing.T, err error, code string) {
	t.Helper()
	var failed *azcore.ResponseError
	if !errors.As(err, &failed) || failed.ErrorCode != code {
		t.Errorf("error = %v, want %s", err, code)
	}
}

const (
	accountVersion = "2023-04-13"
	accountPath    = "/subscriptions/" + azure.DemoSubscriptionID + "/resourceGroups/" + azure.DemoResourceGroup + "/providers/Microsoft.GraphServices/accounts/sync"
)

func TestBillingAccount(t *testing.T) {
	server := emulator.Start(t)
	s := register(t, server)
	unregistered := newAccounts(t, server, provisioner(t, server), arm.ClientOptions{DisableRPRegistration: true})
	wanted := billingAccount{Location: "global", Tags: map[string]string{"env": "demo"}}
	wanted.Properties.AppID = s.app.AppID

	_, err := unregistered.do(t, http.MethodPut, accountPath, accountVersion, wanted, nil)
	wantAzureError(t, err, "MissingSubscriptionRegistration")
	// azcore registers the resource provider by itself and tries again.
	client := newAccounts(t, server, provisioner(t, server), arm.ClientOptions{})
	var account billingAccount
	status, err := client.do(t, http.MethodPut, accountPath, accountVersion, wanted, &account)
	if err != nil || status != http.StatusCreated || account.Properties.ProvisioningState != "Succeeded" || account.Properties.BillingPlanID == "" {
		t.Fatalf("PUT = %d %+v, %v", status, account, err)
	}
	again := account
	if status, err = client.do(t, http.MethodPut, accountPath, accountVersion, wanted, &again); err != nil || status != http.StatusOK || again.Properties.BillingPlanID != account.Properties.BillingPlanID {
		t.Errorf("second PUT = %d %+v, %v", status, again, err)
	}
	_, err = client.do(t, http.MethodPut, accountPath+"-2", accountVersion, wanted, nil)
	wantAzureError(t, err, "Conflict")
	moved := wanted
	moved.Properties.AppID = directory.DemoProvisionerAppID
	_, err = client.do(t, http.MethodPut, accountPath, accountVersion, moved, nil)
	wantAzureError(t, err, "PropertyChangeNotAllowed")

	var untagged billingAccount
	if _, err := client.do(t, http.MethodPatch, accountPath, accountVersion, map[string]any{"tags": map[string]string{}}, &untagged); err != nil || len(untagged.Tags) > 0 || untagged.ID != account.ID {
		t.Errorf("PATCH = %+v, %v", untagged, err)
	}
	var page struct{ Value []billingAccount }
	if _, err := client.do(t, http.MethodGet, accountPath[:strings.LastIndex(accountPath, "/")], accountVersion, nil, &page); err != nil || len(page.Value) != 1 {
		t.Errorf("list = %+v, %v", page, err)
	}
	for _, status := range []int{http.StatusOK, http.StatusNoContent} {
		if got, err := client.do(t, http.MethodDelete, accountPath, accountVersion, nil, nil); err != nil || got != status {
			t.Errorf("DELETE = %d, %v, want %d", got, err, status)
		}
	}
	_, err = client.do(t, http.MethodGet, accountPath, accountVersion, nil, nil)
	wantAzureError(t, err, "ResourceNotFound")
	_, err = client.do(t, http.MethodGet, accountPath, "2020-01-01", nil, nil)
	wantAzureError(t, err, "NoRegisteredProviderFound")
	_, err = client.do(t, http.MethodGet, strings.Replace(accountPath, azure.DemoResourceGroup, "nowhere", 1), accountVersion, nil, nil)
	wantAzureError(t, err, "ResourceGroupNotFound")

	stranger := newAccounts(t, server, secretCredential(t, server, s.config.ClientID, s.config.ClientSecret), arm.ClientOptions{DisableRPRegistration: true})
	_, err = stranger.do(t, http.MethodGet, accountPath, accountVersion, nil, nil)
	wantAzureError(t, err, "AuthorizationFailed")
}
