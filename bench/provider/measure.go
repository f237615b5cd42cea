// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/stack"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/faults"
)

// The bars that the project has set itself.
const (
	createBar     = 2.0  // seconds
	createReqBar  = 25   // requests
	planBar       = 0.15 // seconds over the plan of a provider with nothing to read
	planReqBar    = 8    // requests
	destroyBar    = 3.0  // seconds
	lagExtraBar   = 1.0  // seconds
	principalLag  = 5 * time.Second
	permissionLag = 2 * time.Second
)

// bench is one run: what it runs on and what it has measured.
type bench struct {
	options
	stack *stack.Stack
	azure *workspace // declares the Azure side
	empty *workspace // the same provider with nothing to read
}

func run(ctx context.Context, o options) (err error) {
	b := &bench{options: o}
	dir, err := os.MkdirTemp("", "msteamssync-bench-")
	if err != nil {
		return fmt.Errorf("make a work directory: %w", err)
	}
	if b.stack, err = stack.Start(ctx, stack.Options{}); err != nil {
		return errors.Join(err, os.RemoveAll(dir))
	}
	defer func() { err = errors.Join(err, b.stack.Stop(context.WithoutCancel(ctx)), os.RemoveAll(dir)) }()
	if err := b.stack.InstallPlugin(ctx); err != nil {
		return err
	}
	if b.azure, err = b.newWorkspace(dir, "azure", azureSide(b.stack)); err != nil {
		return err
	}
	if b.empty, err = b.newWorkspace(dir, "empty", nothingToRead(b.stack)); err != nil {
		return err
	}
	return b.measure(ctx)
}

// measure takes all measures in turn, so that each sees the same machine.
func (b *bench) measure(ctx context.Context) error {
	var create, plan, planEmpty, rotate, destroy, lagged []float64
	var createCount, planCount requests
	var gap float64
	if _, err := b.azure.run(ctx, "plan"); err != nil { // the first start of a program is about the disk
		return err
	}
	for round := range b.runs {
		b.stack.Emulator.RequestLog().Reset()
		seconds, err := b.azure.run(ctx, "apply", "-auto-approve")
		if err != nil {
			return err
		}
		create, createCount = append(create, seconds), createCount.max(count(b.stack))

		b.stack.Emulator.RequestLog().Reset()
		if seconds, err = b.azure.run(ctx, "plan", "-detailed-exitcode"); err != nil { // exit code 2 is an error: there must be nothing to do
			return err
		}
		plan, planCount = append(plan, seconds), planCount.max(count(b.stack))
		if seconds, err = b.empty.run(ctx, "plan", "-detailed-exitcode"); err != nil {
			return err
		}
		planEmpty = append(planEmpty, seconds)

		client, err := b.azure.output(ctx, "output", "-raw", "client_id")
		if err != nil {
			return err
		}
		user := b.useCredentials(client)
		seconds, err = b.azure.run(ctx, "apply", "-auto-approve", "-var=rotation="+strconv.Itoa(round))
		refused, used, useErr := user.stop()
		if err = errors.Join(err, useErr); err != nil {
			return err
		}
		if used == 0 {
			return errors.New("nobody logged in during the rotation")
		}
		rotate, gap = append(rotate, seconds), max(gap, refused.Seconds())

		if seconds, err = b.destroy(ctx); err != nil {
			return err
		}
		destroy = append(destroy, seconds)
	}
	for range b.runs {
		seconds, err := b.createLagging(ctx)
		if err != nil {
			return err
		}
		lagged = append(lagged, seconds)
	}
	createSeconds, emptySeconds := median(create), median(planEmpty)
	lagExtra := median(lagged) - createSeconds - (principalLag + permissionLag).Seconds()

	report("cores", float64(runtime.NumCPU()), "cores", "")
	report("create_seconds", createSeconds, "s", bar("<", createBar, createSeconds < createBar))
	report("create_requests", float64(createCount.calls), "requests", bar("<=", createReqBar, createCount.calls <= createReqBar))
	report("create_token_requests", float64(createCount.tokens), "requests", "")
	report("plan_seconds", median(plan), "s", bar("<=", emptySeconds+planBar, median(plan) <= emptySeconds+planBar))
	report("plan_empty_seconds", emptySeconds, "s", "")
	report("plan_requests", float64(planCount.calls), "requests", bar("<=", planReqBar, planCount.calls <= planReqBar))
	report("plan_token_requests", float64(planCount.tokens), "requests", "")
	report("rotate_seconds", median(rotate), "s", "")
	report("rotate_gap_seconds", gap, "s", bar("=", 0, gap == 0))
	report("destroy_seconds", median(destroy), "s", bar("<", destroyBar, median(destroy) < destroyBar))
	report("lag_extra_seconds", lagExtra, "s", bar("<=", lagExtraBar, lagExtra <= lagExtraBar))
	return nil
}

// createLagging creates everything while the directory shows what is new only after a while, and destroys it again.
func (b *bench) createLagging(ctx context.Context) (seconds float64, err error) {
	defer b.stack.Emulator.Faults().Clear()
	for collection, delay := range map[string]time.Duration{
		"servicePrincipals": principalLag, "oauth2PermissionGrants": permissionLag, "appRoleAssignedTo": permissionLag,
	} {
		for _, effect := range []faults.Effect{faults.Lag, faults.ListLag} {
			if _, err := b.stack.Emulator.Faults().Add(faults.Rule{Effect: effect, Collection: collection, Delay: faults.Duration(delay)}); err != nil {
				return 0, fmt.Errorf("make %s lag: %w", collection, err)
			}
		}
	}
	if seconds, err = b.azure.run(ctx, "apply", "-auto-approve"); err != nil {
		return 0, err
	}
	b.stack.Emulator.Faults().Clear()
	_, err = b.destroy(ctx)
	return seconds, err
}

// destroy also empties Entra's bin: otherwise the next create would restore what is in it, which is less work and does not
// lag.
func (b *bench) destroy(ctx context.Context) (seconds float64, err error) {
	if seconds, err = b.azure.run(ctx, "destroy", "-auto-approve"); err != nil {
		return 0, err
	}
	b.stack.Emulator.Directory().PurgeAll()
	return seconds, nil
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 0 {
		return (sorted[middle-1] + sorted[middle]) / 2
	}
	return sorted[middle]
}

// report prints a measure: name, value, unit, and the bar after a sign that ends what programs read.
func report(name string, value float64, unit, beside string) {
	text := strconv.FormatFloat(value, 'f', 3, 64)
	text = strings.TrimSuffix(text, ".000")
	fmt.Println(strings.TrimSpace(name + " " + text + " " + unit + "  " + beside))
}

func bar(relation string, value float64, met bool) string {
	verdict := "missed"
	if met {
		verdict = "met"
	}
	return fmt.Sprintf("# bar %s %s: %s", relation, strings.TrimSuffix(strconv.FormatFloat(value, 'f', 3, 64), ".000"), verdict)
}
