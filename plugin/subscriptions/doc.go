// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package subscriptions keeps Graph's change-notification subscriptions as they should be: one for each linked channel.
//
// What should be follows from the links; what is, from our table and from Graph's list. One node at a time compares the
// two, at start, each minute, and when a link changes; it creates what is missing, renews what is past half its life,
// removes what nobody wants and makes anew what Graph has dropped.
//
// The hash of a subscription's random secret (its client state) is committed before Graph is asked to create it, so that
// a notification that overtakes Graph's answer is recognised. The secret itself is kept nowhere.
package subscriptions
