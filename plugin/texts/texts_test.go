// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package texts_test

import (
	"testing"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

func TestATextIsSaidInItsReadersLanguage(t *testing.T) {
	day := texts.Day(time.Date(2026, 11, 1, 23, 0, 0, 0, time.UTC))
	connected := texts.New("You are connected with the Microsoft Teams account %s of %s since %s.", "alex@demo.example", "Alex", day)
	linked := texts.New("This channel is linked with %s.", texts.New("the Teams channel %s of team %s", "100 %", "Demo"))
	for _, c := range []struct {
		text     texts.Text
		language texts.Language
		want     string
	}{
		{connected, texts.English, "You are connected with the Microsoft Teams account alex@demo.example of Alex since 1 November 2026."},
		{connected, texts.German, "Sie sind mit dem Microsoft-Teams-Konto alex@demo.example von Alex verbunden, seit dem 1. November 2026."},
		{connected, texts.French, "Vous êtes connecté avec le compte Microsoft Teams alex@demo.example de Alex depuis le 1er novembre 2026."},
		{connected, texts.Spanish, "Está conectado con la cuenta de Microsoft Teams alex@demo.example de Alex desde el 1 de noviembre de 2026."},
		{connected, texts.Japanese, "2026年11月1日から、Alex の Microsoft Teams アカウント alex@demo.example で接続されています。"},
		{connected, "", "You are connected with the Microsoft Teams account alex@demo.example of Alex since 1 November 2026."},
		{linked, texts.German, "Dieser Kanal ist verknüpft mit Teams-Kanal 100 % im Team Demo."},
		{linked, texts.English, "This channel is linked with the Teams channel 100 % of team Demo."},
		{texts.Join(texts.New("You are not connected."), texts.Of(" 50 % "), texts.New("Use `/msteams-sync connect`.")), texts.French, "Vous n’êtes pas connecté. 50 % Utilisez `/msteams-sync connect`."},
		{texts.New("Nobody translates %s.", "this"), texts.Japanese, "Nobody translates this."},
	} {
		if got := c.text.In(c.language); got != c.want {
			t.Errorf("in %q: %q, want %q", c.language, got, c.want)
		}
	}
}

func TestLanguagesOfPeople(t *testing.T) {
	for locale, want := range map[string]texts.Language{"de": texts.German, "de-AT": texts.German, "en_AU": texts.English, "JA": texts.Japanese, "pt-BR": texts.English, "": texts.English} {
		if got := texts.OfLocale(locale); got != want {
			t.Errorf("of %q: %s, want %s", locale, got, want)
		}
	}
	for header, want := range map[string]texts.Language{
		"fr-CH, fr;q=0.9, en;q=0.8": texts.French, "en;q=0.5,es;q=0.7": texts.Spanish, "pt-BR, ja;q=0.1": texts.Japanese, "de;q=0, en;q=0.1": texts.English,
		"": "", "*": "", "pt, zh;q=0.5": "", "de;q=x": "",
	} {
		if got, found := texts.Accepted(header); got != want || found != (want != "") {
			t.Errorf("of %q: %q, want %q", header, got, want)
		}
	}
}
