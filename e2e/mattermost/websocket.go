// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"crypto/tls"
	"net/http"
	"strings"

	"github.com/gorilla/websocket"
	"github.com/mattermost/mattermost/server/public/model"
)

// WebSocket listens to what the server tells a user's client. Close ends it.
func (s *Server) WebSocket(user *User) (*model.WebSocketClient, error) {
	dialer := *websocket.DefaultDialer
	if transport, ok := s.client.Transport.(*http.Transport); ok {
		dialer.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: transport.TLSClientConfig.RootCAs}
	}
	client, err := model.NewWebSocketClientWithDialer(&dialer, "wss"+strings.TrimPrefix(s.URL, "https"), user.Client.AuthToken)
	if err != nil {
		return nil, err
	}
	client.Listen()
	return client, nil
}
