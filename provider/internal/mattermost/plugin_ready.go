// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Codes of errors about the plugin as a whole. The plugin itself answers the first three.
const (
	codeNotReady         = "not_ready"       // it starts, or has no settings that it can use
	codeForbidden        = "forbidden"       // the caller may not, or a setting is against it
	codeMicrosoftTrouble = "microsoft_retry" // Microsoft's side throttled it, failed or did not answer
	codeUnknownRoute     = "unknown_route"   // it is older than the provider
	codeNotInstalled     = "not_installed"
)

// mendPlugin says what to do about an error of one of the plugin's routes.
func (s *Server) mendPlugin(e *Error, method, route string) {
	unknown := e.Status == http.StatusNotFound && e.Message == "There is no such address." || e.Status == http.StatusMethodNotAllowed
	switch {
	case unknown:
		e.Code, e.Message, e.Mend = codeUnknownRoute, fmt.Sprintf("the installed plugin does not know %s %s", method, route), olderPlugin
	case e.Code == codeNotReady:
		e.Mend = "Let the resource depend on msteamssync_plugin_config, and give that all settings that the plugin's status calls missing."
	case e.Code == codeForbidden && !strings.HasPrefix(e.Message, "Only system admins"):
		// The plugin says itself what to do.
	default:
		e.Mend = s.mend(e)
	}
}

const olderPlugin = "The installed plugin is older than this provider: update msteamssync_plugin."

// IsDown reports that the plugin as a whole cannot answer now: what it holds is neither gone nor known to be there.
func IsDown(err error) bool {
	if errors.Is(err, ErrPluginDown) {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Code == codeNotReady || e.Code == codeUnknownRoute)
}

// IsNotInstalled reports that the server does not have the plugin.
func IsNotInstalled(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == codeNotInstalled
}

// maxMicrosoftTroubles bounds how often a call is repeated that the plugin could not make at Microsoft's side, which was
// throttled, failed or did not answer. With the pauses of the policy that is some ten seconds.
const maxMicrosoftTroubles = 25

// WhenReady makes a call of the plugin's routes and waits, within the policy, while the plugin starts or has only just
// got its settings, and a while when Microsoft's side did not answer it. The call must be safe to repeat. When it cannot answer for another reason the error says which.
func (s *Server) WhenReady(ctx context.Context, call func(context.Context) error) error {
	asked, troubles := 0, 0
	err := s.policy.Retry(ctx, func(err error) bool {
		if e, ok := errors.AsType[*Error](err); ok && e.Code == codeNotReady {
			return true
		}
		if e, ok := errors.AsType[*Error](err); ok && e.Code == codeMicrosoftTrouble {
			troubles++
			return troubles < maxMicrosoftTroubles
		}
		if !errors.Is(err, ErrPluginDown) {
			return false
		}
		now, lookErr := s.Plugin(ctx)
		if lookErr != nil || !now.Installed || !now.Enabled {
			return false
		}
		if now.State() == Running {
			asked++ // it may have started since the call
		}
		return now.State() != Failed && asked < 2
	}, call)
	return s.explainDown(ctx, err)
}

// explainDown says why the plugin does not answer.
func (s *Server) explainDown(ctx context.Context, err error) error {
	if !errors.Is(err, ErrPluginDown) {
		return err
	}
	now, lookErr := s.Plugin(ctx)
	if lookErr != nil {
		return err
	}
	e := &Error{Doing: "use the plugin", URL: s.cfg.URL, Err: err}
	switch {
	case !now.Switched:
		e.Message, e.Mend = "plugins are switched off on the server", "Set PluginSettings.Enable to true (System Console > Plugin Management)."
	case !now.Installed:
		e.Code, e.Message, e.Mend = codeNotInstalled, "the plugin is not installed", "Declare msteamssync_plugin and let this resource depend on it."
	case !now.Enabled:
		e.Message, e.Mend = "the plugin is installed but disabled", "Enable it: enabled = true in msteamssync_plugin."
	case now.State() == Running:
		e.Code, e.Message, e.Mend = codeUnknownRoute, fmt.Sprintf("the installed plugin, version %s, does not know what the provider asks of it", now.Version), olderPlugin
	default:
		e.Message, e.Mend = "the plugin does not run, its state is "+string(now.State()), "The server's log says why."
	}
	return e
}
