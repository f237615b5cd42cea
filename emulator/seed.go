// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package emulator

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/arm"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// Seed is what the cloud holds from the start.
type Seed struct {
	Directory directory.Seed `json:"directory"`
	Teams     []teams.Seed   `json:"teams"`
	Azure     arm.Seed       `json:"azure"`
}

// DefaultSeed is the demo tenant: three users, an application that may provision everything, one team, one Azure
// subscription.
func DefaultSeed() Seed {
	return Seed{
		Directory: directory.DefaultSeed(),
		Teams:     teams.DefaultSeed(),
		Azure:     arm.DefaultSeed(directory.DemoProvisionerAppID, "admin@demo.example"),
	}
}

// ReadSeed reads a seed file (JSON in the shape of Seed). A part that it leaves out is that of DefaultSeed.
func ReadSeed(r io.Reader) (Seed, error) {
	var file struct {
		Directory *directory.Seed `json:"directory"`
		Teams     *[]teams.Seed   `json:"teams"`
		Azure     *arm.Seed       `json:"azure"`
	}
	decoder := json.NewDecoder(r)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil {
		return Seed{}, fmt.Errorf("read the seed: %w", err)
	}
	seed := DefaultSeed()
	if file.Directory != nil {
		seed.Directory = *file.Directory
	}
	if file.Teams != nil {
		seed.Teams = *file.Teams
	}
	if file.Azure != nil {
		seed.Azure = *file.Azure
	}
	return seed, nil
}
