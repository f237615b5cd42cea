// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package accounts

// AwaitInvites returns when nobody is left to be looked at.
func (a *Accounts) AwaitInvites() { a.inviter.work.Wait() }
