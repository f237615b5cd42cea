// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Bounds of the table: a post has a limit.
const (
	shownLetters = 30
	shownReason  = 200
)

func (c *Command) deadLetters(ctx context.Context, _ Call, _ []string) (string, error) {
	newest, total, err := c.DeadLetters.List(ctx, "", shownLetters)
	if err != nil {
		return "", err
	}
	if total == 0 {
		return "Nothing was given up.", nil
	}
	var b strings.Builder
	b.WriteString("| Mattermost channel | what | message | tries | when | why |\n|---|---|---|---|---|---|\n")
	for _, d := range newest {
		what, message := string(d.Kind)+" from Teams", string(d.Message)
		if d.Direction == bridge.Outbound {
			what, message = string(d.Kind)+" to Teams", string(d.Post)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %d | %s | %s |\n", cell(c.ChannelName(ctx, d.Channel)), what, code(message), d.Attempts, d.SourceAt.UTC().Format("2006-01-02 15:04"), cell(short(d.Reason)))
	}
	if total > len(newest) {
		fmt.Fprintf(&b, "\n%d more are left out here; GET /api/v1/dead-letters lists them.", total-len(newest))
	}
	b.WriteString("\nWhen the reason is mended, `/msteams-sync retry` has those of a channel tried again, `/msteams-sync retry all` all of them.")
	return b.String(), nil
}

// short is a reason in one line.
func short(reason string) string {
	line := strings.Join(strings.Fields(reason), " ")
	if runes := []rune(line); len(runes) > shownReason {
		return string(runes[:shownReason]) + "…"
	}
	return line
}

func (c *Command) retry(ctx context.Context, call Call, arguments []string) (string, error) {
	channel, where := call.Channel, "In this channel"
	if len(arguments) > 0 {
		if arguments[0] != "all" {
			return fmt.Sprintf("Write it like this: `/%s retry` for this channel, or `/%s retry all`.", Trigger, Trigger), nil
		}
		channel, where = "", "In all channels"
	}
	n, err := c.DeadLetters.Retry(ctx, call.User, channel)
	if err != nil {
		return "", err
	}
	if n == 0 {
		return where + " nothing was given up.", nil
	}
	return fmt.Sprintf("%s %d that were given up get another chance.", where, n), nil
}
