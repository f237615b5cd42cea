// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"context"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Gate lets requests to Graph through as fast as Graph's limits allow.
type Gate interface {
	// Enter waits until the request may be made. Its errors are a *bridge.Failure: the request was not made.
	Enter(ctx context.Context, request Request) (Pass, error)
}

// Pass is the right to make one request.
type Pass interface {
	// Leave tells how the request was answered; a status of 0 is no answer. scope is Graph's x-ms-throttle-scope.
	Leave(status int, retryAfter time.Duration, scope string)
}

// Request is what limits depend on.
type Request struct {
	Application   string // and tenant, see Client.Application
	Method, Route string
	Resource      string           // the channel, chat or team; "" for none
	As            bridge.AccountID // "" for the application
}

// Application names whose limits count for the client's requests: the application in its tenant.
func (c *Client) Application() string { return c.config.ClientID + "/" + c.config.TenantID }

// describe returns what limits depend on in the request.
func (c *Client) describe(r request) Request {
	values := named(r.route, r.path)
	return Request{
		Application: c.Application(), Method: r.method, Route: r.route, As: r.as,
		Resource: catalog.LimitedResource(func(name string) string { return values[name] }),
	}
}

// enter passes the gate; without one there is no limit.
func (c *Client) enter(ctx context.Context, r request) (Pass, error) {
	if c.config.Gate == nil {
		return open{}, nil
	}
	return c.config.Gate.Enter(ctx, c.describe(r))
}

// OpenGate lets everything through.
type OpenGate struct{}

// Enter implements Gate.
func (OpenGate) Enter(context.Context, Request) (Pass, error) { return open{}, nil }

type open struct{}

func (open) Leave(int, time.Duration, string) {}

// RouteOf returns the request that a call of the bridge makes, as far as limits depend on it.
func RouteOf(call bridge.Call) (method, route string) {
	// Which message it is makes no difference, but replies are on routes of their own.
	ref := bridge.MessageRef{Conversation: call.In, Root: call.Root, ID: "message"}
	one, _ := messageOf(ref)
	all, _ := messagesOf(call.In, call.Root)
	switch call.Action {
	case bridge.ToSend:
		return "POST", all
	case bridge.ToEdit:
		return "PATCH", one
	case bridge.ToDelete:
		if one == chatMessageByID {
			one = userChatMessage
		}
		return "POST", one + "/softDelete"
	case bridge.ToReact:
		return "POST", one + "/setReaction"
	case bridge.ToList:
		return "GET", all
	}
	return "GET", one
}
