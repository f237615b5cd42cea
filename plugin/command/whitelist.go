// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"fmt"
	"strings"
)

// shownEntries bounds the list: a post has a limit.
const shownEntries = 100

func (c *Command) whitelist(ctx context.Context, call Call, arguments []string) (string, error) {
	switch {
	case len(arguments) == 0:
		return c.showWhitelist(ctx)
	case len(arguments) != 2 || arguments[0] != "add" && arguments[0] != "remove":
		return fmt.Sprintf("Write it like this: `/%[1]s whitelist`, `/%[1]s whitelist add [user name or e-mail]` or `/%[1]s whitelist remove [user name or e-mail]`.", Trigger), nil
	}
	add := arguments[0] == "add"
	changed, err := c.Whitelist.ChangeWhitelist(ctx, call.User, arguments[1], add)
	if err != nil {
		return "", err
	}
	who := code(arguments[1])
	var answer string
	switch {
	case add && changed:
		answer = fmt.Sprintf("%s is on the whitelist now.", who)
	case add:
		answer = fmt.Sprintf("%s is on the whitelist already.", who)
	case changed:
		answer = fmt.Sprintf("%s is no longer on the whitelist. An account that is connected stays connected.", who)
	default:
		answer = fmt.Sprintf("%s is not on the whitelist.", who)
	}
	return answer + c.unrestricted(), nil
}

func (c *Command) showWhitelist(ctx context.Context) (string, error) {
	entries, err := c.Whitelist.Whitelist(ctx)
	if err != nil {
		return "", err
	}
	if len(entries) == 0 {
		return "The whitelist is empty." + c.unrestricted(), nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d on the whitelist:%s\n", len(entries), c.unrestricted())
	for i, entry := range entries {
		if i == shownEntries {
			fmt.Fprintf(&b, "\n%d more are left out here; GET /api/v1/whitelist?format=csv has all.", len(entries)-shownEntries)
			break
		}
		fmt.Fprintf(&b, "* %s\n", code(entry))
	}
	return b.String(), nil
}

// unrestricted says that the list has no effect, when it has none.
func (c *Command) unrestricted() string {
	if c.Whitelist.Restricted() {
		return ""
	}
	return " Everybody may connect all the same: the setting connectedUsersRestricted is off."
}
