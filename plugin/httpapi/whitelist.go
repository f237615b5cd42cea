// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package httpapi

import (
	"mime"
	"net/http"
)

// showWhitelist shows the whitelist, or downloads it as CSV.
func (a *api) showWhitelist(c *call) error {
	if a.Access == nil {
		return a.notReady()
	}
	users, err := a.Access.Whitelist(c.Context())
	if err != nil {
		return err
	}
	switch c.URL.Query().Get("format") {
	case "csv":
		file := c.download("msteamssync-whitelist.csv")
		_ = file.Write([]string{"email"})
		for _, user := range users {
			_ = file.Write([]string{plainCell(user)})
		}
		file.Flush()
		return nil
	case "", "json":
		writeWhitelist(c, users)
		return nil
	}
	return badRequest("format is json or csv.")
}

// setWhitelist takes JSON, or a CSV file.
func (a *api) setWhitelist(c *call) error {
	if a.Access == nil {
		return a.notReady()
	}
	if kind, _, err := mime.ParseMediaType(c.Header.Get("Content-Type")); err == nil && kind == "text/csv" {
		return a.uploadWhitelist(c)
	}
	var ask struct {
		Users *[]string `json:"users"`
	}
	if err := c.decode(&ask); err != nil {
		return err
	}
	if ask.Users == nil {
		return badRequest("users is needed; an empty list lets nobody connect.")
	}
	users, err := a.Access.SetWhitelist(c.Context(), c.User, *ask.Users)
	if err != nil {
		return err
	}
	writeWhitelist(c, users)
	return nil
}

// uploaded says what was taken from a file.
type uploaded struct {
	Count       int      `json:"count"`        // entries of the whitelist now
	Failed      []string `json:"failed"`       // what is neither an e-mail address nor a user name
	FailedLines []int    `json:"failed_lines"` // where those stand, from 1 on
}

// uploadWhitelist takes the lines that can be used and names the others. A file without any changes nothing: it is another
// one than was meant.
func (a *api) uploadWhitelist(c *call) error {
	lines, err := readList(c.Body)
	if err != nil {
		return err
	}
	done := uploaded{Failed: []string{}, FailedLines: []int{}}
	var entries []string
	for _, line := range lines {
		if a.Access.ValidEntry(line.text) {
			entries = append(entries, line.text)
			continue
		}
		done.Failed = append(done.Failed, line.text)
		done.FailedLines = append(done.FailedLines, line.number)
	}
	if len(entries) == 0 {
		return badRequest("The file names nobody: it needs a line with an e-mail address or a user name for each user. The whitelist is as it was.")
	}
	users, err := a.Access.SetWhitelist(c.Context(), c.User, entries)
	if err != nil {
		return err
	}
	done.Count = len(users)
	writeJSON(c.w, http.StatusOK, done)
	return nil
}

func writeWhitelist(c *call, users []string) {
	writeJSON(c.w, http.StatusOK, map[string]any{"users": append([]string{}, users...)})
}
