// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

// Package stack starts what tests and the demo run on, all real: PostgreSQL, a Mattermost server with TLS, and the
// Microsoft cloud emulator whose CA both sides trust. Every part listens on a free loopback port.
//
//	func TestMain(m *testing.M) {
//		os.Exit(stack.Run(m, stack.Options{}, func(s *stack.Stack) { shared = s }))
//	}
package stack
