// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import "testing"

func TestTheQuoteAtTheBeginningOfAPost(t *testing.T) {
	for text, want := range map[string]string{
		quoted("Casey", "long ago") + "answer": "> **Casey:** long ago\n\n",
		"> _a_\n\n\n> b\n\nanswer":             "> _a_\n\n\n",
		"> a\n> b\n\nanswer":                   "> a\n> b\n\n",
		"> a\n\n":                              "> a\n\n",
		"> a\nanswer":                          "",
		"> a":                                  "",
		"answer\n\n> a\n\n":                    "",
		"\n\nanswer":                           "",
		"":                                     "",
	} {
		if got := quoteAtBeginning(text); got != want {
			t.Errorf("the quote at the beginning of %q is %q, want %q", text, got, want)
		}
	}
}
