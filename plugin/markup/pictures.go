// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Pictures returns the ids of the pictures that Teams keeps with a message, in the order in which its body shows them. Pictures
// from elsewhere have none.
func Pictures(body string) (ids []string) {
	walkPictures(body, func(token *html.Token, id string) bool {
		ids = append(ids, id)
		return false
	})
	return ids
}

// NamePictures gives pictures that Teams keeps other texts to stand for them; one without a name keeps its own.
func NamePictures(body string, names map[string]string) string {
	return walkPictures(body, func(token *html.Token, id string) bool {
		name := names[id]
		if name == "" {
			return false
		}
		kept := token.Attr[:0:0]
		for _, a := range token.Attr {
			if a.Key != "alt" {
				kept = append(kept, a)
			}
		}
		token.Attr = append(kept, html.Attribute{Key: "alt", Val: name})
		return true
	})
}

// PictureTags returns the elements of the pictures that Teams keeps, by id.
func PictureTags(body string) map[string]string {
	tags := map[string]string{}
	walkPictures(body, func(token *html.Token, id string) bool {
		tags[id] = token.String()
		return false
	})
	return tags
}

// PictureMark is the text that shows in a post where a picture of that name was.
func PictureMark(name string) string {
	return strings.TrimSpace(ToMarkdown(NamePictures(anyPicture, map[string]string{"1": name})))
}

const anyPicture = `<img src="../hostedContents/1/$value">`

// PlacePictures puts elements in the places of pictures' marks in HTML that was made of a post, and those without a place behind
// all else. Each element replaces the mark of its name.
func PlacePictures(body string, tags map[string]string, order []string) string {
	rest := ""
	for _, name := range order {
		mark := html.EscapeString(PictureMark(name))
		if at := strings.Index(body, mark); at >= 0 {
			body = body[:at] + tags[name] + body[at+len(mark):]
			continue
		}
		rest += tags[name]
	}
	if rest != "" {
		body += "<p>" + rest + "</p>"
	}
	return body
}

// walkPictures calls f for each picture that Teams keeps; what it changes of the token is in the returned body.
func walkPictures(body string, f func(token *html.Token, id string) bool) string {
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
			if id := pictureID(token); id != "" && f(&token, id) {
				raw = token.String()
			}
		}
		b.WriteString(raw)
	}
}

func pictureID(token html.Token) string {
	if token.DataAtom != atom.Img {
		return ""
	}
	for _, a := range token.Attr {
		if a.Key != "src" {
			continue
		}
		_, rest, found := strings.Cut(a.Val, "hostedContents/")
		id, end, _ := strings.Cut(rest, "/")
		if found && strings.HasPrefix(end, "$value") {
			return id
		}
	}
	return ""
}
