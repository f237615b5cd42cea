// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// Server is the Mattermost server that runs the plugin.
type Server struct {
	api  plugin.API
	pool *pgxpool.Pool // of the server's database; nil: PostsAfter and FindByMapping fail
	bot  bridge.UserID

	// Elsewhere has the plugin's other nodes publish an event, which the server does not send them without a licence. It must
	// return at once. nil: nobody is told. It is set before the server is used.
	Elsewhere func(Event)

	mu      sync.Mutex
	directs map[bridge.UserID]string // channel of the bot with the user
	home    home
}

// New returns the server. bot is the plugin's own bot (see EnsureBot).
func New(api plugin.API, pool *pgxpool.Pool, bot bridge.UserID) *Server {
	return &Server{api: api, pool: pool, bot: bot, directs: map[bridge.UserID]string{}}
}

// EnsureBot returns the plugin's bot and makes it when it is not there yet.
func EnsureBot(api plugin.API) (bridge.UserID, error) {
	id, err := api.EnsureBotUser(&model.Bot{
		Username:    "msteamssync",
		DisplayName: "MS Teams Sync",
		Description: "Carries messages between Mattermost and Microsoft Teams.",
	})
	if err != nil {
		return "", fmt.Errorf("make the plugin's bot: %w", err)
	}
	if id == "" {
		return "", errServerGone
	}
	return bridge.UserID(id), nil
}

// Bot is the plugin's own bot.
func (s *Server) Bot() bridge.UserID { return s.bot }

var errServerGone = errors.New("the Mattermost server did not answer the plugin")

// failure says what an error of the plugin API means.
func failure(doing string, e *model.AppError) error {
	f := &bridge.Failure{Class: bridge.Retry, Status: e.StatusCode, Code: e.Id, Err: fmt.Errorf("%s: %s", doing, e.Message)}
	switch {
	case e.StatusCode == http.StatusNotFound:
		f.Class = bridge.NotFound
	case e.StatusCode == http.StatusForbidden:
		f.Class = bridge.Permanent
	case e.StatusCode >= http.StatusBadRequest && e.StatusCode < http.StatusInternalServerError && e.StatusCode != http.StatusTooManyRequests:
		f.Class = bridge.Permanent
	}
	return f
}

// inTime fails when the time for a call with an effect is over: calls of the plugin API cannot be cut off, and a process that was
// paused may find that another one does its work already.
func inTime(ctx context.Context, doing string) error {
	if err := ctx.Err(); err != nil {
		return &bridge.Failure{Class: bridge.Retry, Err: fmt.Errorf("%s: not begun: %w", doing, err)}
	}
	return nil
}

// gone is the failure of a call that brought nothing: it may have had its effect.
func gone(doing string) error {
	return &bridge.Failure{Class: bridge.Unknown, Err: fmt.Errorf("%s: %w", doing, errServerGone)}
}
