// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"log/slog"
	"slices"

	"github.com/mattermost/mattermost/server/public/plugin"
)

// NewLog returns a logger that writes into the server's log.
func NewLog(api plugin.API) *slog.Logger { return slog.New(&logHandler{api: api}) }

type logHandler struct {
	api    plugin.API
	fields []any
	prefix string
}

// Enabled implements slog.Handler. Whether debug lines are kept is the server's setting.
func (h *logHandler) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h *logHandler) Handle(_ context.Context, record slog.Record) error {
	fields := slices.Clone(h.fields)
	record.Attrs(func(a slog.Attr) bool {
		fields = h.add(fields, a)
		return true
	})
	switch {
	case record.Level >= slog.LevelError:
		h.api.LogError(record.Message, fields...)
	case record.Level >= slog.LevelWarn:
		h.api.LogWarn(record.Message, fields...)
	case record.Level >= slog.LevelInfo:
		h.api.LogInfo(record.Message, fields...)
	default:
		h.api.LogDebug(record.Message, fields...)
	}
	return nil
}

// WithAttrs implements slog.Handler.
func (h *logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	fields := slices.Clone(h.fields)
	for _, a := range attrs {
		fields = h.add(fields, a)
	}
	return &logHandler{api: h.api, fields: fields, prefix: h.prefix}
}

// WithGroup implements slog.Handler.
func (h *logHandler) WithGroup(name string) slog.Handler {
	return &logHandler{api: h.api, fields: h.fields, prefix: h.prefix + name + "."}
}

// add appends a key and its value as text: values cross the process border, which not every type survives.
func (h *logHandler) add(fields []any, a slog.Attr) []any {
	return append(fields, h.prefix+a.Key, a.Value.Resolve().String())
}
