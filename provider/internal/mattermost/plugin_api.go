// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// ErrPluginDown says that the plugin does not answer: it is disabled, starting, or failed.
var ErrPluginDown = errors.New("the plugin does not answer")

// The plugin's routes that the provider calls; all are for system admins.
const (
	routeFingerprints = "/api/v1/config/fingerprints"
	routeStatus       = "/api/v1/status"
	routeWebhook      = "/api/v1/checks/webhook"
	routeCredentials  = "/api/v1/checks/credentials"
)

// Fingerprint identifies a secret without holding it: a random salt and the HMAC-SHA256 of the secret under it. Its text
// form is "<salt in base64>:<HMAC in hex>".
type Fingerprint struct {
	Salt []byte
	Sum  string
}

// NewFingerprint takes the fingerprint of a secret under a fresh salt.
func NewFingerprint(secret string) Fingerprint {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return Fingerprint{Salt: salt, Sum: sum(salt, secret)}
}

// ParseFingerprint reads the text form.
func ParseFingerprint(text string) (Fingerprint, error) {
	salt, digest, ok := strings.Cut(text, ":")
	decoded, err := base64.StdEncoding.DecodeString(salt)
	if !ok || err != nil || len(decoded) == 0 || len(digest) != 2*sha256.Size {
		return Fingerprint{}, fmt.Errorf("%q is not a fingerprint", text)
	}
	return Fingerprint{Salt: decoded, Sum: digest}, nil
}

// String is the text form.
func (f Fingerprint) String() string {
	return base64.StdEncoding.EncodeToString(f.Salt) + ":" + f.Sum
}

// Matches reports whether the secret has this fingerprint.
func (f Fingerprint) Matches(secret string) bool {
	return hmac.Equal([]byte(f.Sum), []byte(sum(f.Salt, secret)))
}

func sum(salt []byte, secret string) string {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(secret))
	return hex.EncodeToString(mac.Sum(nil))
}

// Fingerprints asks the plugin for the HMAC of each secret setting under a salt, by key as the manifest spells it. Empty
// settings are absent. The error is ErrPluginDown when the plugin does not answer.
func (s *Server) Fingerprints(ctx context.Context, salt []byte) (map[string]string, error) {
	request := map[string]string{"salt": base64.StdEncoding.EncodeToString(salt)}
	var answer struct {
		Fingerprints map[string]string `json:"fingerprints"`
	}
	if err := s.callPlugin(ctx, "compare the plugin's secrets", http.MethodPost, routeFingerprints, request, &answer); err != nil {
		return nil, err
	}
	return answer.Fingerprints, nil
}

// Report is what the plugin says about itself, as far as the provider uses it.
type Report struct {
	Problems []Problem `json:"problems"` // settings that it cannot use; it keeps the last good ones
}

// Problem is a setting that the plugin cannot use.
type Problem struct {
	Key     string `json:"key"`
	Message string `json:"message"`
}

// Report asks the plugin. The error is ErrPluginDown when it does not answer.
func (s *Server) Report(ctx context.Context) (Report, error) {
	var report Report
	err := s.callPlugin(ctx, "read the plugin's status", http.MethodGet, routeStatus, nil, &report)
	return report, err
}

// Status asks the plugin for all that it says about itself and decodes it into what the caller wants of it; the plugin's
// openapi.yaml describes it. The error is ErrPluginDown when it does not answer.
func (s *Server) Status(ctx context.Context, into any) error {
	return s.callPlugin(ctx, "read the plugin's status", http.MethodGet, routeStatus, nil, into)
}

// Check is what the plugin found when it tried something out.
type Check struct {
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
	Code   string `json:"code"`
}

// CheckWebhook has the plugin call its own public address as Microsoft Graph does. The error is ErrPluginDown when the
// plugin does not answer.
func (s *Server) CheckWebhook(ctx context.Context) (found Check, err error) {
	err = s.callPlugin(ctx, "check the plugin's webhook", http.MethodPost, routeWebhook, nil, &found)
	return found, err
}

// CheckCredentials has the plugin ask Microsoft for a new token. The error is ErrPluginDown when the plugin does not answer.
func (s *Server) CheckCredentials(ctx context.Context) (found Check, err error) {
	err = s.callPlugin(ctx, "check the plugin's credentials", http.MethodPost, routeCredentials, nil, &found)
	return found, err
}

// callPlugin calls one of the plugin's own routes. When the plugin says that it is asked too often, as many links in one run
// may have it say, it is asked again after the time that it names.
func (s *Server) callPlugin(ctx context.Context, doing, method, route string, body, answer any) error {
	return s.policy.Retry(ctx, isTooOften, func(ctx context.Context) error { return s.askPlugin(ctx, doing, method, route, body, answer) })
}

func isTooOften(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusTooManyRequests
}

func (s *Server) askPlugin(ctx context.Context, doing, method, route string, body, answer any) error {
	api, err := s.client(ctx)
	if err != nil {
		return err
	}
	var content bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&content).Encode(body); err != nil {
			return fmt.Errorf("%s: %w", doing, err)
		}
	}
	request, err := http.NewRequestWithContext(ctx, method, catalog.PluginURL(s.cfg.URL, route), &content)
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	for name, value := range api.HTTPHeader {
		request.Header.Set(name, value)
	}
	request.Header.Set("Authorization", "Bearer "+api.AuthToken)
	request.Header.Set("Content-Type", "application/json")
	response, err := api.HTTPClient.Do(request)
	if err != nil {
		return s.failure(doing, 0, err)
	}
	defer response.Body.Close()
	// Mattermost answers 404, 502 or 503 with a page of its own when the plugin does not run.
	isJSON := strings.Contains(response.Header.Get("Content-Type"), "json")
	switch {
	case response.StatusCode == http.StatusNoContent:
		return nil
	case response.StatusCode < http.StatusMultipleChoices && isJSON:
		if err := json.NewDecoder(response.Body).Decode(answer); err != nil {
			return &Error{Doing: doing, URL: s.cfg.URL, Status: response.StatusCode, Message: "the plugin's answer cannot be read: " + err.Error()}
		}
		return nil
	case !isJSON:
		return fmt.Errorf("%w (%s %s: HTTP %d)", ErrPluginDown, method, route, response.StatusCode)
	}
	var refusal struct{ Code, Message string }
	_ = json.NewDecoder(response.Body).Decode(&refusal)
	if refusal.Message == "" {
		refusal.Message = "the plugin refused"
	}
	e := &Error{Doing: doing, URL: s.cfg.URL, Status: response.StatusCode, Code: refusal.Code,
		RequestID: response.Header.Get("X-Request-Id"), Message: refusal.Message}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil {
		e.After = time.Duration(seconds) * time.Second
	}
	s.mendPlugin(e, method, route)
	return e
}
