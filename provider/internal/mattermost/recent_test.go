// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// TestAPlanAsksOnce: readers at the same time share an answer; a change and an error are not hidden by it.
func TestAPlanAsksOnce(t *testing.T) {
	state := model.PluginStateRunning
	var asked atomic.Int32
	count := func(answer http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			answer(w, r)
		}
	}
	s := pluginStub(true, &state, count(says(200, `{"links": []}`)))
	root := "/plugins/" + catalog.PluginID + "/api/v1"
	s.answers["GET "+root+"/teams"] = count(says(200, `{"teams": [{"id": "t"}]}`))
	s.answers["GET "+root+"/teams/t/channels"] = count(says(200, `{"channels": [{"id": "c", "display_name": "General"}]}`))
	s.answers["DELETE "+root+"/links/c"] = says(204, "")
	server := s.connect(t)
	read := func() {
		if _, err := server.RecentLinks(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := server.TeamsTeamByName(t.Context(), "Demo"); err != nil {
			t.Error(err)
		}
		if _, err := server.TeamsChannelByName(t.Context(), "t", "general"); err != nil {
			t.Error(err)
		}
	}
	var readers sync.WaitGroup
	for range 10 {
		readers.Go(read)
	}
	readers.Wait()
	if n := asked.Load(); n != 3 {
		t.Errorf("10 readers asked %d times, want 3", n)
	}
	if err := server.DeleteLink(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	read()
	if n := asked.Load(); n != 4 {
		t.Errorf("after a link was deleted, %d questions in all, want 4", n)
	}
	// A channel that is not in the answer may have been made since.
	if _, err := server.TeamsChannelByName(t.Context(), "t", "New"); err == nil || !strings.Contains(err.Error(), "New") || asked.Load() != 5 {
		t.Errorf("%d questions, %v", asked.Load(), err)
	}
}
