// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Pictures returns the ids of the pictures that Teams keeps with a message, in the order in which its body shows them. Pictures
// from elsewhere have none.
func Pictures(body string) (ids []string) {
	walkPictures(body, func(token html.Token, id string) (string, bool) {
		ids = append(ids, id)
		return "", false
	})
	return ids
}

// NamePictures gives pictures that Teams keeps other texts to stand for them; one without a name keeps its own.
func NamePictures(body string, names map[string]string) string {
	return walkPictures(body, func(token html.Token, id string) (string, bool) {
		name := names[id]
		if name == "" {
			return "", false
		}
		kept := token.Attr[:0:0]
		for _, a := range token.Attr {
			if a.Key != "alt" {
				kept = append(kept, a)
			}
		}
		token.Attr = append(kept, html.Attribute{Key: "alt", Val: name})
		return token.String(), true
	})
}

// DropPictures takes pictures that Teams keeps from a body.
func DropPictures(body string, ids []string) string {
	if len(ids) == 0 {
		return body
	}
	return walkPictures(body, func(_ html.Token, id string) (string, bool) { return "", slices.Contains(ids, id) })
}

// NumberPictures calls the pictures that Teams keeps by their numbers in the body, from 1 on, as a body does that brings them along.
func NumberPictures(body string) string {
	n := 0
	return walkPictures(body, func(token html.Token, _ string) (string, bool) {
		n++
		for i, a := range token.Attr {
			if a.Key == "src" {
				token.Attr[i].Val = "../hostedContents/" + strconv.Itoa(n) + "/$value"
			}
		}
		return token.String(), true
	})
}

// PictureTags returns the elements of the pictures that Teams keeps, by id.
func PictureTags(body string) map[string]string {
	tags := map[string]string{}
	walkPictures(body, func(token html.Token, id string) (string, bool) {
		tags[id] = token.String()
		return "", false
	})
	return tags
}

// PicturesFromElsewhere returns the elements of the pictures in a body that people see and that Teams does not keep, in their order.
func PicturesFromElsewhere(body string) (tags []string) {
	if !strings.Contains(body, "<img") {
		return nil
	}
	tokens := html.NewTokenizer(strings.NewReader(body))
	for {
		switch tokens.Next() {
		case html.ErrorToken:
			return tags
		case html.StartTagToken, html.SelfClosingTagToken:
			token := tokens.Token()
			if token.DataAtom == atom.Img && pictureID(token) == "" && ToMarkdown(token.String()) != "" && !strings.Contains(tokenAttribute(token, "itemtype"), "Emoji") {
				tags = append(tags, token.String())
			}
		}
	}
}

// PictureInLink is how a picture from elsewhere is shown that is a link itself.
func PictureInLink(tag string) string {
	const around = "https://example.com/"
	text := ToMarkdown(`<a href="` + around + `">` + tag + "</a>")
	text, linked := strings.CutSuffix(strings.TrimPrefix(text, "["), "]("+around+")")
	if !linked {
		return ""
	}
	return text
}

// PictureMark is the text that shows in a post where a picture of that name was.
func PictureMark(name string) string {
	return strings.TrimSpace(ToMarkdown(NamePictures(anyPicture, map[string]string{"1": name})))
}

const anyPicture = `<img src="../hostedContents/1/$value">`

// PlacedPicture is a picture of a message, and the text that shows in the message's post where it is.
type PlacedPicture struct{ Tag, Mark string }

// PlacePictures puts pictures in the places of their marks in HTML that was made of a post, and those without a place behind
// all else.
func PlacePictures(body string, pictures []PlacedPicture) string {
	rest := ""
	for _, p := range pictures {
		mark := html.EscapeString(p.Mark)
		if at := strings.Index(body, mark); at >= 0 && mark != "" {
			body = body[:at] + p.Tag + body[at+len(mark):]
			continue
		}
		rest += p.Tag
	}
	if rest != "" {
		body += "<p>" + rest + "</p>"
	}
	return body
}

// walkPictures calls f for each picture that Teams keeps, and returns the body with those replaced for which f says so.
func walkPictures(body string, f func(token html.Token, id string) (string, bool)) string {
	if !strings.Contains(body, "hostedContents/") {
		return body
	}
	var b strings.Builder
	tokens := html.NewTokenizer(strings.NewReader(body))
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			return b.String()
		}
		raw := string(tokens.Raw())
		if kind == html.StartTagToken || kind == html.SelfClosingTagToken {
			token := tokens.Token()
			if id := pictureID(token); id != "" {
				if other, replaced := f(token, id); replaced {
					raw = other
				}
			}
		}
		b.WriteString(raw)
	}
}

func pictureID(token html.Token) string {
	if token.DataAtom != atom.Img {
		return ""
	}
	_, rest, found := strings.Cut(tokenAttribute(token, "src"), "hostedContents/")
	id, end, _ := strings.Cut(rest, "/")
	if !found || !strings.HasPrefix(end, "$value") {
		return ""
	}
	return id
}

func tokenAttribute(token html.Token, key string) string {
	for _, a := range token.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
