// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package provider

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/function"
)

// daysUntilFunction reads the clock only when the configuration gives it no time to count from.
type daysUntilFunction struct{ now func() time.Time }

func newDaysUntilFunction() function.Function { return daysUntilFunction{time.Now} }

func (daysUntilFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "days_until"
}

func (daysUntilFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Whole days until a time",
		MarkdownDescription: "Returns how many whole days (24 hours) remain until a time, for example until a client secret expires; the result is negative as soon as the time is past. " +
			"Give `plantimestamp()` as the second argument: Terraform demands that a function answers the same throughout a run, and the clock does not at the moment at which a day is full. Without it the days are counted from the current time.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "timestamp", MarkdownDescription: "The time in RFC 3339, for example `2027-01-31T00:00:00Z` or `expires_at` of a `msteamssync_client_secret`.",
		}},
		VariadicParameter: function.StringParameter{
			Name: "from", MarkdownDescription: "The time to count from in RFC 3339, at most one; usually `plantimestamp()`. Default: the current time.",
		},
		Return: function.Int64Return{},
	}
}

func (f daysUntilFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var timestamp string
	var from []string
	resp.Error = req.Arguments.Get(ctx, &timestamp, &from)
	if resp.Error != nil {
		return
	}
	end, err := parseTime(timestamp)
	if err != nil {
		resp.Error = function.NewArgumentFuncError(0, err.Error())
		return
	}
	start := f.now()
	switch len(from) {
	case 0:
	case 1:
		if start, err = parseTime(from[0]); err != nil {
			resp.Error = function.NewArgumentFuncError(1, err.Error())
			return
		}
	default:
		resp.Error = function.NewArgumentFuncError(1, fmt.Sprintf("there are %d times to count from; give one at most", len(from)))
		return
	}
	resp.Error = resp.Result.Set(ctx, daysBetween(start, end))
}

// daysBetween counts the whole days from start to end; less than none as soon as end is past.
func daysBetween(start, end time.Time) int64 {
	return int64(math.Floor(end.Sub(start).Hours() / 24))
}

func parseTime(text string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is not a time in RFC 3339 like 2027-01-31T00:00:00Z", text)
	}
	return t, nil
}
