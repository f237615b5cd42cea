// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package command

import (
	"context"
	"fmt"
)

func (c *Command) promote(ctx context.Context, call Call, arguments []string) (string, error) {
	promoted, err := c.People.Promote(ctx, call.User, arguments[0], arguments[1])
	if err != nil {
		return "", err
	}
	if promoted.Email == "" {
		return fmt.Sprintf("@%s is a regular user now. The directory has no e-mail address of the person; give the user one, so that the person can set a password.", promoted.Username), nil
	}
	return fmt.Sprintf("@%s is a regular user now, with the e-mail address %s. The person sets a password with \"Forgot your password?\" at log-in.", promoted.Username, code(promoted.Email)), nil
}
