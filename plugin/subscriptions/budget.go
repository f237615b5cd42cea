// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package subscriptions

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// What the evaluation model allowed each month to one application in one tenant, and from when on system admins are told.
// Microsoft has metered nothing since 2025-08-25 and has not promised to keep it so (Graph docs, "teams-licenses").
const (
	Budget = 500
	warnAt = Budget * 8 / 10
)

// Delivered counts what a subscription to all of the tenant delivered in the evaluation model, linked or not: Microsoft
// counted so too.
func (k *Keeper) Delivered(ctx context.Context, subscription intake.Subscription, messages int) error {
	current, err := k.Current()
	if err != nil || !current.Evaluation || subscription.ID == "" || subscription.Conversation != "" {
		return nil //nolint:nilerr // without settings there is no model
	}
	total, err := k.Store.CountEvaluation(ctx, messages)
	if err != nil {
		return err
	}
	if before := total - messages; before < warnAt && total >= warnAt || before < Budget && total >= Budget {
		k.Poke()
	}
	if total >= Budget && total-messages < Budget {
		// From here on Microsoft would have sent nothing, without a word.
		return k.Store.OpenSubscriptionGap(ctx, subscription.ID, time.Now())
	}
	return nil
}

// watchBudget warns once when the budget is nearly used up and once when it is, each month.
func (k *Keeper) watchBudget(ctx context.Context, current Current) error {
	if !current.Evaluation {
		return nil
	}
	used, warned, err := k.Store.Evaluation(ctx)
	if err != nil || used < warnAt {
		return err
	}
	percent := warnAt * 100 / Budget
	text := texts.New("MS Teams Sync has received %d messages this month by a subscription to the whole tenant; the evaluation model of the Teams APIs allows %d. "+
		"Microsoft has not enforced this since 2025-08-25. When the budget is used up, the plugin subscribes to each linked channel instead, which was never metered. "+
		"To leave the evaluation model, set `billing_model = \"metered\"` (Terraform) or **Use the evaluation API** to false (System Console).", used, Budget)
	if used >= Budget {
		percent = 100
		text = texts.New("MS Teams Sync has received %d messages this month by a subscription to the whole tenant; the evaluation model of the Teams APIs allows %d. "+
			"The budget is used up. Until the month ends (UTC) the plugin subscribes to each linked channel instead, which was never metered; what the tenant's subscription may have left out is looked for. "+
			"Microsoft has not enforced this since 2025-08-25. "+
			"To leave the evaluation model, set `billing_model = \"metered\"` (Terraform) or **Use the evaluation API** to false (System Console).", used, Budget)
	}
	if warned >= percent {
		return nil
	}
	if err := k.Warn(ctx, text); err != nil {
		k.Log.Warn("could not warn the system admins about the evaluation budget; it is tried again", "error", err)
		return nil
	}
	return k.Store.EvaluationWarned(ctx, percent)
}
