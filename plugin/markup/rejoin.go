// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package markup

import "strings"

// Piece is a part of a text: what it is of the text, and what was put around that so that it stands for itself, like the head of
// a table or the fences of a code block.
type Piece struct{ Head, Text, Foot string }

// Part is the piece as it is shown.
func (p Piece) Part() string { return p.Head + p.Text + p.Foot }

// Rejoin puts a text together again whose parts may have been changed. source is the text as it was, pieces are what it was cut
// into, parts are what they have become, one for each; an empty one is left out. What was put around the pieces is taken away
// again where it still stands, so that a block that was cut is one block. Parts that nobody changed make the source; white space
// at their ends makes no difference.
func Rejoin(source string, pieces []Piece, parts []string) string {
	source = splittable(source)
	at, joined, before := 0, "", -1 // before is the piece that joined ends with
	end, foot := 0, ""              // of that piece: where it ends in the source, and what was put after it
	for i, piece := range pieces {
		from := at
		if offset := strings.Index(source[at:], piece.Text); offset >= 0 {
			from += offset
		}
		to := min(from+len(strings.TrimRight(piece.Text, " \n")), len(source))
		head := piece.Head
		if head != "" && strings.HasSuffix(source[at:from], head) {
			from, head = from-len(head), "" // it is the text's own
		}
		own := piece.Foot
		if own != "" && strings.HasPrefix(source[to:], own) {
			to, own = to+len(own), ""
		}
		switch part := strings.TrimRight(parts[i], " \n"); {
		case part == "":
		case joined == "":
			joined, before, end, foot = part, i, to, own
		default:
			kept, hadFoot := strings.CutSuffix(joined, foot)
			rest, hadHead := strings.CutPrefix(part, head)
			if before == i-1 && hadFoot && hadHead {
				joined = strings.TrimRight(kept, " \n") + source[end:from] + rest
			} else {
				joined += "\n\n" + part
			}
			before, end, foot = i, to, own
		}
		at = to
	}
	if before == len(pieces)-1 {
		joined = strings.TrimSuffix(joined, foot) // the text itself does not close its last block
	}
	return joined
}
