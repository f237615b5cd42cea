// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import "regexp"

const requestIDHeader = "X-Request-Id"

// givenID is a request id that a caller may choose: it goes into logs and answers as it is.
var givenID = regexp.MustCompile(`^[0-9A-Za-z._-]{1,64}$`)

// requestID is the caller's own id of the request if it gave a usable one, else the server's.
func requestID(given, servers string) string {
	if givenID.MatchString(given) {
		return given
	}
	return servers
}
