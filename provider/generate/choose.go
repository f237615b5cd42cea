// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package generate

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// placeholder stands for write-only values while a new object is planned; it is written nowhere.
const placeholder = "Placeholder-1"

// choose returns the attributes to write: those that a new object would not get by itself. changes are the attributes that
// the next plan changes nevertheless, because the object is not as any configuration would have it.
func (o *object) choose(ctx context.Context) (chosen map[string]tftypes.Value, changes []string, err error) {
	chosen = nulls(o.schema)
	for name, attribute := range o.attributes() {
		if attribute.Required {
			chosen[name] = o.state[name]
		}
	}
	fresh, err := o.defaults(ctx, chosen)
	if err != nil {
		return nil, nil, err
	}
	for name, attribute := range o.attributes() {
		value := o.state[name]
		if !writable(attribute) || attribute.Required || value.IsNull() {
			continue
		}
		planned, known := fresh[name]
		if known = known && planned.IsFullyKnown(); known && planned.Equal(value) || !known && attribute.Computed && isEmpty(value) {
			continue
		}
		chosen[name] = value
	}
	for range len(chosen) { // an attribute at a time may make another one necessary
		planned, err := o.plan(ctx, chosen, o.state)
		if err != nil {
			return nil, nil, err
		}
		changes = nil
		added := false
		for _, name := range slices.Sorted(maps.Keys(planned)) {
			if planned[name].Equal(o.state[name]) {
				continue
			}
			if changes = append(changes, name); writable(o.attributes()[name]) && chosen[name].IsNull() && !o.state[name].IsNull() {
				chosen[name], added = o.state[name], true
			}
		}
		if !added {
			break
		}
	}
	return chosen, changes, nil
}

// defaults are the values that a new object with these attributes would get; unknown ones are not defaults.
func (o *object) defaults(ctx context.Context, config map[string]tftypes.Value) (map[string]tftypes.Value, error) {
	config = maps.Clone(config)
	for name, attribute := range o.attributes() {
		if attribute.WriteOnly && attribute.Type.Is(tftypes.String) {
			config[name] = tftypes.NewValue(tftypes.String, placeholder)
		}
	}
	return o.plan(ctx, config, nil)
}

// writable says whether an attribute may stand in a file.
func writable(a *tfprotov6.SchemaAttribute) bool {
	return (a.Required || a.Optional) && !a.WriteOnly && !a.Sensitive && !a.Deprecated
}

func isEmpty(value tftypes.Value) bool {
	switch value.Type().(type) {
	case tftypes.Set, tftypes.List:
		var items []tftypes.Value
		return value.As(&items) == nil && len(items) == 0
	case tftypes.Map:
		var items map[string]tftypes.Value
		return value.As(&items) == nil && len(items) == 0
	}
	return false
}

// describe says how an attribute changes, for a comment.
func (o *object) describe(ctx context.Context, chosen map[string]tftypes.Value, changes []string) string {
	planned, err := o.plan(ctx, chosen, o.state)
	if err != nil {
		return strings.Join(changes, ", ")
	}
	var parts []string
	for _, name := range changes {
		var before, after string
		if o.state[name].As(&before) == nil && planned[name].IsFullyKnown() && planned[name].As(&after) == nil && !o.attributes()[name].Sensitive {
			parts = append(parts, fmt.Sprintf("%s from %q to %q", name, before, after))
		} else {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, ", ")
}
