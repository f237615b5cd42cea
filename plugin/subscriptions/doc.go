// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package subscriptions keeps Graph's change-notification subscriptions as they should be: one for each linked channel or
// chat, or, from a number of links on, one for all of them.
//
// What should be follows from the links and the settings; what is, from our table and from Graph's list. One node at a
// time compares the two, at start, each minute, and when something changes; it creates what is missing, renews what is
// past half its life, removes what nobody wants and makes anew what Graph has dropped. Graph allows one subscription for a
// resource, so that one which cannot be changed in place is replaced while subscriptions of the other kind deliver the same
// changes. Where changes may have been missed all the same, a resync is wanted.
//
// The hash of a subscription's random secret (its client state) is committed before Graph is asked to create it, so that
// a notification that overtakes Graph's answer is recognised. The secret itself is kept nowhere.
package subscriptions
