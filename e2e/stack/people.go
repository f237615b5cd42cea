// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package stack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"github.com/msteamssync/terraform-provider-msteamssync/e2e/signin"
	"github.com/msteamssync/terraform-provider-msteamssync/emulator/directory"
	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// DemoCredentials are those of a user of the emulator's seed.
func DemoCredentials(name string) signin.Credentials {
	return signin.Credentials{Login: name + "@demo.example", Password: directory.DemoPassword}
}

// Browser is a browser in which user is logged in to Mattermost.
func (s *Stack) Browser(user *User) (*signin.Browser, error) {
	browser, err := signin.NewBrowser(s.Mattermost.HTTPClient().Transport)
	if err != nil {
		return nil, err
	}
	return browser, browser.SetCookies(s.Mattermost.URL, &http.Cookie{Name: "MMAUTHTOKEN", Value: user.Client.AuthToken, Path: "/", Secure: true})
}

// Connect connects a user's Teams account through the real pages: the plugin's /connect, the log-in, /oauth-redirect.
func (s *Stack) Connect(ctx context.Context, user *User, who signin.Credentials) error {
	return s.connect(ctx, user, catalog.PluginURL(s.Mattermost.URL, "/connect"), who)
}

// ConnectBot connects a Teams account as a bot: the admin's slash command gives the address to open.
func (s *Stack) ConnectBot(ctx context.Context, channelID string, who signin.Credentials) error {
	admin := s.Mattermost.Admin()
	answer, err := s.Command(ctx, admin, channelID, "/msteams-sync connect-bot")
	if err != nil {
		return err
	}
	address := pluginAddress.FindString(answer)
	if address == "" {
		return fmt.Errorf("/msteams-sync connect-bot gave no address to open: %q", answer)
	}
	return s.connect(ctx, admin, address, who)
}

var pluginAddress = regexp.MustCompile(`https://[^\s()<>\[\]]+/plugins/` + regexp.QuoteMeta(catalog.PluginID) + `/[^\s()<>\[\]]*`)

func (s *Stack) connect(ctx context.Context, user *User, address string, who signin.Credentials) error {
	browser, err := s.Browser(user)
	if err != nil {
		return err
	}
	page, err := browser.Walk(ctx, address, who)
	if err != nil {
		return fmt.Errorf("connect %s to %s: %w", user.Username, who.Login, err)
	}
	if page.Status != http.StatusOK || !strings.HasSuffix(page.URL.Path, catalog.RouteRedirect) {
		return fmt.Errorf("connect %s to %s: ended at %s with status %d: %s", user.Username, who.Login, page.URL.Redacted(), page.Status, page.Text)
	}
	return nil
}

// Command runs a slash command as user and returns its answer.
func (s *Stack) Command(ctx context.Context, user *User, channelID, command string) (string, error) {
	answer, _, err := user.Client.ExecuteCommand(ctx, channelID, command)
	if err != nil {
		return "", fmt.Errorf("%s: %w", command, err)
	}
	return answer.Text, nil
}

// Link links a Mattermost channel with a Teams channel by slash command and checks that the plugin now lists the link.
func (s *Stack) Link(ctx context.Context, user *User, channelID, teamsTeamID, teamsChannelID string) error {
	answer, err := s.Command(ctx, user, channelID, fmt.Sprintf("/msteams-sync link %s %s", teamsTeamID, teamsChannelID))
	if err != nil {
		return err
	}
	shown, err := s.Command(ctx, s.Mattermost.Admin(), channelID, "/msteams-sync show-links")
	if err != nil {
		return err
	}
	if !strings.Contains(shown, teamsChannelID) {
		return errors.New("/msteams-sync link answered: " + answer + "\n/msteams-sync show-links: " + shown)
	}
	return nil
}
