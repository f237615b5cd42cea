// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup_test

import (
	"slices"
	"testing"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/markup"
)

const (
	keptOne   = `<img src="https://graph.microsoft.com/v1.0/chats/1/messages/2/hostedContents/one/$value" alt="first">`
	keptTwo   = `<img src="https://graph.microsoft.com/v1.0/chats/1/messages/2/hostedContents/two/$value">`
	elsewhere = `<img src="https://media.example/cat.gif" alt="a cat">`
)

func TestPicturesThatTeamsKeeps(t *testing.T) {
	body := "<p>see " + keptOne + " and " + keptTwo + elsewhere + "</p>"
	if got := markup.Pictures(body); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("the pictures are %q", got)
	}
	if got, want := markup.DropPictures(body, []string{"two"}), "<p>see "+keptOne+" and "+elsewhere+"</p>"; got != want {
		t.Errorf("without the second it is %s, want %s", got, want)
	}
	if got := markup.DropPictures(body, nil); got != body {
		t.Errorf("with nothing to drop it is %s", got)
	}
	want := `<p>see <img src="../hostedContents/1/$value" alt="first"> and <img src="../hostedContents/2/$value">` + elsewhere + "</p>"
	if got := markup.NumberPictures(body); got != want {
		t.Errorf("numbered it is %s, want %s", got, want)
	}
}

func TestPicturesFromElsewhere(t *testing.T) {
	for body, want := range map[string][]string{
		"<p>see " + keptOne + elsewhere + "</p>":                                                     {elsewhere},
		elsewhere + "<p>" + elsewhere + "</p>":                                                       {elsewhere, elsewhere},
		`<img src="https://tracker.example/" width="1" height="1">`:                                  nil,
		`<img itemtype="http://schema.skype.com/Emoji" alt="😄" src="https://statics.example/e.png">`: nil,
		`<p>&lt;img src="https://media.example/cat.gif"&gt;</p>`:                                     nil,
		"<p>none</p>": nil,
	} {
		if got := markup.PicturesFromElsewhere(body); !slices.Equal(got, want) {
			t.Errorf("%s has %q, want %q", body, got, want)
		}
	}
	if got, want := markup.PictureInLink(elsewhere), "(image: a cat)"; got != want {
		t.Errorf("in a link it is %q, want %q", got, want)
	}
	if got, want := markup.ToMarkdown(`<a href="https://example.com/x">`+elsewhere+"</a>"), "[(image: a cat)](https://example.com/x)"; got != want {
		t.Errorf("a link of a picture is %q, want %q", got, want)
	}
}

func TestPicturesArePutInTheirPlaces(t *testing.T) {
	for name, test := range map[string]struct {
		body, want string
		pictures   []markup.PlacedPicture
	}{
		"in place":          {"<p>see (image: a.png) here</p>", "<p>see " + keptOne + " here</p>", []markup.PlacedPicture{{keptOne, "(image: a.png)"}}},
		"without a place":   {"<p>see</p>", "<p>see</p><p>" + keptOne + keptTwo + "</p>", []markup.PlacedPicture{{keptOne, "(image: a.png)"}, {keptTwo, ""}}},
		"twice":             {"<p>(image) (image)</p>", "<p>" + keptOne + " " + keptTwo + "</p>", []markup.PlacedPicture{{keptOne, "(image)"}, {keptTwo, "(image)"}}},
		"one of the marks":  {"<p>(image) (image)</p>", "<p>" + keptOne + " (image)</p>", []markup.PlacedPicture{{keptOne, "(image)"}}},
		"a name with signs": {"<p>(image: a&amp;b.png)</p>", "<p>" + keptOne + "</p>", []markup.PlacedPicture{{keptOne, "(image: a&b.png)"}}},
	} {
		if got := markup.PlacePictures(test.body, test.pictures); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}
