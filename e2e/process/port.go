// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package process

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports below Linux's default range for outgoing connections (32768–60999): nobody gets one of these by chance
// between our look and the child's bind, nor while a server that keeps its address is restarted.
const (
	firstPort = 20000
	lastPort  = 32000
)

// FreePort returns a loopback TCP port that nobody listens on.
func FreePort() (int, error) {
	for range 100 {
		port := firstPort + rand.IntN(lastPort-firstPort)
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		return port, l.Close()
	}
	return 0, errors.New("no free TCP port found on 127.0.0.1")
}

// CheckPort says in clear words when somebody listens on a loopback port.
func CheckPort(port int) error {
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("port %d on 127.0.0.1 is taken (%w): choose another one, or 0 for a free one", port, err)
	}
	return l.Close()
}
