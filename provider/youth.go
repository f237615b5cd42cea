// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"encoding/json"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/msteamssync/terraform-provider-msteamssync/provider/internal/entra"
)

// createdKey is where a resource's private state keeps when Terraform created the object.
const createdKey = "created"

// interruptGrace is how long a create goes on after Ctrl-C, so that what it made stands in the state.
const interruptGrace = 30 * time.Second

// privateState is the part of the framework's private state that is used here.
type privateState interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
}

// createdNow is the value for createdKey.
func createdNow() []byte {
	value, _ := json.Marshal(time.Now().UTC())
	return value
}

// verdict is what "not found" means for an object of the directory.
type verdict int

const (
	gone      verdict = iota // deleted: leave the state
	tooRecent                // not replicated yet: keep the state
	present                  // it was found when asked again
)

// judgeMissing decides whether an object that Graph does not find was deleted or has not replicated yet. An object in the
// deleted items is gone; one that Terraform made within consistency_timeout is given time; any other is asked for once more.
func (c *clients) judgeMissing(ctx context.Context, private privateState, id entra.ObjectID, look func(context.Context) error) (verdict, error) {
	if c.entra.WasDeleted(ctx, id) {
		return gone, nil
	}
	var created time.Time
	if value, diags := private.GetKey(ctx, createdKey); !diags.HasError() && len(value) > 0 {
		_ = json.Unmarshal(value, &created) // unreadable: as old as can be
	}
	if time.Since(created) < c.policy.Limit() {
		return tooRecent, nil
	}
	err := look(ctx)
	switch {
	case err == nil:
		return present, nil
	case entra.IsNotFound(err):
		return gone, nil
	}
	return gone, err
}

// warnTooRecent explains why a plan shows an object that Graph does not show.
func warnTooRecent(diags *diag.Diagnostics, what string) {
	diags.AddWarning(what+" is not visible yet",
		"Terraform made it a short while ago and Microsoft's directory does not show it yet, so the state is kept as it is.")
}
