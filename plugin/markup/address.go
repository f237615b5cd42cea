// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"net/url"
	"strings"
)

// cleanAddress accepts what a person may be sent to.
func cleanAddress(text string) (string, bool) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "ftp":
		if u.Host == "" {
			return "", false
		}
	case "mailto", "tel":
	default:
		return "", false
	}
	return u.String(), true
}

// shownAddress is the address of a link as its reader may see it who cannot be sent there: of another application, or of
// something beside the text. Empty: it is none, or hides a program.
func shownAddress(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	switch strings.ToLower(u.Scheme) {
	case "javascript", "vbscript", "data", "http", "https", "ftp":
		return ""
	}
	return text
}

var inMarkdown = strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\\", "%5C", "`", "%60", "$$", "%24%24", "\n", "", "\r", "", "\t", "")

// address is cleanAddress, written so that it ends where it should in Markdown.
func address(text string) (string, bool) {
	clean, ok := cleanAddress(text)
	return inMarkdown.Replace(clean), ok
}

// bareAs returns the Markdown of a link that shows where it leads: the address alone.
func bareAs(shown, href string) (string, bool) {
	clean, ok := cleanAddress(href)
	if !ok {
		return "", false
	}
	if mail, is := strings.CutPrefix(clean, "mailto:"); is {
		return shown, mail == shown && emailLength(shown) == len(shown)
	}
	if shown == "" {
		shown = clean
	}
	same, ok := cleanAddress(shown)
	return shown, ok && same == clean && bareLength(shown) == len(shown)
}
