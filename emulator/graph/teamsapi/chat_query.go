// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teamsapi

import (
	"regexp"
	"strings"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/emulator/teams"
)

// What a chat's messages can be ordered and filtered by.
const (
	byModified = "lastModifiedDateTime"
	byCreated  = "createdDateTime"
)

func chatOrder(orderBy string) (string, error) {
	property, direction, _ := strings.Cut(orderBy, " ")
	switch {
	case orderBy == "":
		return byModified, nil
	case property != byModified && property != byCreated:
		return "", badRequest("QueryOptions to order by '" + property + "' is not supported.")
	case direction != "desc":
		return "", badRequest("QueryOptions to order by '" + property + "' in ascending direction is not supported.")
	}
	return property, nil
}

var timeTerm = regexp.MustCompile(`^(\w+) (gt|lt) '?([0-9TZ:.+-]+)'?$`)

// chatFilter tells which messages are asked for. Terms on another property than the order's are ignored, as Graph does.
func chatFilter(filter, order string) (func(*teams.Message) bool, error) {
	var terms []func(time.Time) bool
	for term := range strings.SplitSeq(filter, " and ") {
		if term = strings.TrimSpace(term); term == "" {
			continue
		}
		parts := timeTerm.FindStringSubmatch(term)
		if parts == nil {
			return nil, badRequest("Invalid filter clause: '" + term + "'.")
		}
		limit, err := time.Parse(time.RFC3339Nano, parts[3])
		switch {
		case err != nil:
			return nil, badRequest("Invalid filter clause: '" + term + "'.")
		case parts[1] == byCreated && parts[2] == "gt":
			return nil, badRequest("createdDateTime can be filtered with lt only.")
		case parts[1] != order:
			continue
		case parts[2] == "gt":
			terms = append(terms, limit.Before)
		default:
			terms = append(terms, limit.After)
		}
	}
	return func(m *teams.Message) bool {
		for _, holds := range terms {
			if !holds(timeOf(order, m)) {
				return false
			}
		}
		return true
	}, nil
}

func timeOf(order string, m *teams.Message) time.Time {
	if order == byCreated {
		return m.CreatedAt.Time()
	}
	return m.ModifiedAt.Time()
}
