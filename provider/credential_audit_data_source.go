// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// credentialAuditDataSource lists everything that an application can log in with.
type credentialAuditDataSource struct{ azureDataSource }

var _ datasource.DataSourceWithConfigure = (*credentialAuditDataSource)(nil)

func newCredentialAuditDataSource() datasource.DataSource { return &credentialAuditDataSource{} }

type credentialAuditModel struct {
	ClientID                  types.String      `tfsdk:"client_id"`
	ManagedSecretDescriptions types.Set         `tfsdk:"managed_secret_descriptions"`
	ManagedCertificates       types.Set         `tfsdk:"managed_certificates"`
	Credentials               []credentialModel `tfsdk:"credentials"`
}

type credentialModel struct {
	Kind       types.String `tfsdk:"kind"`
	KeyID      types.String `tfsdk:"key_id"`
	Name       types.String `tfsdk:"name"`
	Hint       types.String `tfsdk:"hint"`
	Thumbprint types.String `tfsdk:"thumbprint"`
	StartsAt   types.String `tfsdk:"starts_at"`
	ExpiresAt  types.String `tfsdk:"expires_at"`
	DaysLeft   types.Int64  `tfsdk:"days_left"`
	Managed    types.Bool   `tfsdk:"managed"`
}

func (d *credentialAuditDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_credential_audit"
}

func (d *credentialAuditDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Every credential that an application can log in with: client secrets, certificates and federated credentials, without their secret parts. Made for `check` blocks, for example that each has more than 30 days left.",
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{Required: true, MarkdownDescription: "Application (client) ID.",
				Validators: []validator.String{stringvalidator.RegexMatches(guidPattern, "it must be a GUID: the application (client) ID, not the object ID or a name")}},
			"managed_secret_descriptions": schema.SetAttribute{Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Descriptions of the client secrets that are `managed`. Default: `" + defaultSecretDescription + "`."},
			"managed_certificates": schema.SetAttribute{Optional: true, ElementType: types.StringType, Validators: []validator.Set{setOfCertificates()},
				MarkdownDescription: "PEM certificates that are `managed`. Default: none."},
			"credentials": schema.ListNestedAttribute{Computed: true, MarkdownDescription: "The credentials; those that expire first come first, those that never do last.",
				NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
					"kind":       text("`secret`, `certificate` or `federated`."),
					"key_id":     text("Key ID of a secret or certificate, or ID of a federated credential."),
					"name":       text("Description of a secret, name of a certificate or of a federated credential."),
					"hint":       text("First characters of a secret, as the portal shows them; null for the other kinds."),
					"thumbprint": text("SHA-1 thumbprint of a certificate, as the portal shows it; null for the other kinds."),
					"starts_at":  text("When it begins to be valid, RFC 3339 in UTC; null for a federated credential."),
					"expires_at": text("When it expires, RFC 3339 in UTC; null for a federated credential, which never does."),
					"days_left":  schema.Int64Attribute{Computed: true, MarkdownDescription: "Full days until it expires, negative when it has expired; null for a federated credential."},
					"managed":    schema.BoolAttribute{Computed: true, MarkdownDescription: "Whether it is named by `managed_secret_descriptions` or `managed_certificates`."},
				}}},
		},
	}
}

func (d *credentialAuditDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var data credentialAuditModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &data)...)
	if !d.ready(&resp.Diagnostics) {
		return
	}
	descriptions := []string{defaultSecretDescription}
	if !data.ManagedSecretDescriptions.IsNull() {
		descriptions = itemsOf(ctx, data.ManagedSecretDescriptions, &resp.Diagnostics)
	}
	thumbprints := certificateSpelling.normal(itemsOf(ctx, data.ManagedCertificates, &resp.Diagnostics))
	found, err := d.clients.entra.Registration(ctx, "", entra.ClientID(data.ClientID.ValueString()), false)
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("client_id"), "The credentials of the application cannot be read", err.Error())
		return
	}
	data.Credentials = auditOf(found, descriptions, thumbprints, time.Now())
	resp.Diagnostics.Append(resp.State.Set(ctx, data)...)
}

// auditOf lists the credentials of a registration in the order in which they expire.
func auditOf(r entra.Registration, descriptions, thumbprints []string, now time.Time) []credentialModel {
	list := []credentialModel{}
	for _, s := range r.Secrets {
		c := dated("secret", s.KeyID, s.DisplayName, s.Start, s.End, now)
		c.Hint = types.StringValue(s.Hint)
		c.Managed = types.BoolValue(slices.Contains(descriptions, s.DisplayName))
		list = append(list, c)
	}
	for _, k := range slices.Concat(r.Certificates, r.OtherKeys) {
		c := dated("certificate", k.KeyID, k.DisplayName, k.Start, k.End, now)
		if len(k.DER) > 0 {
			c.Thumbprint = types.StringValue(k.Thumbprint())
		}
		c.Managed = types.BoolValue(k.LogsIn() && slices.Contains(thumbprints, k.Thumbprint()))
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b credentialModel) int {
		return cmp.Or(cmp.Compare(a.ExpiresAt.ValueString(), b.ExpiresAt.ValueString()), cmp.Compare(a.KeyID.ValueString(), b.KeyID.ValueString()))
	})
	for _, f := range r.Federated {
		list = append(list, credentialModel{
			Kind: types.StringValue("federated"), KeyID: types.StringValue(f.ID), Name: types.StringValue(f.Name), Managed: types.BoolValue(false),
		})
	}
	return list
}

func dated(kind, id, name string, start, end, now time.Time) credentialModel {
	const day = 24 * time.Hour
	left := end.Sub(now)
	days := int64(left / day)
	if left < 0 && left%day != 0 { // rounded down, so that what has expired is never 0
		days--
	}
	return credentialModel{
		Kind: types.StringValue(kind), KeyID: types.StringValue(id), Name: types.StringValue(name),
		StartsAt: types.StringValue(timeText(start)), ExpiresAt: types.StringValue(timeText(end)), DaysLeft: types.Int64Value(days),
	}
}
