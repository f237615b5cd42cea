// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package notify holds the emulator's change-notification subscriptions and delivers to them: the validation handshake,
// expiry, change notifications with Graph's time limits, batching and retries, and lifecycle notifications. Changes come
// in through Changed; what becomes of each notification can be disturbed (see package faults).
//
// Source: Graph docs, pages "subscription", "change-notifications-delivery-webhooks" and
// "change-notifications-lifecycle-events".
package notify
