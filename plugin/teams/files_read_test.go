// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package teams

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"
)

// How large a file may be and still be fetched with one request is a setting; with 0 each is fetched in ranges.
func TestSizesSayWhatIsFetchedInRanges(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), 250)
	for name, c := range map[string]struct {
		config Config
		want   []string
	}{
		"as large as may be":  {Config{WholeUpTo: 2500, RangeSize: 1000}, []string{""}},
		"larger":              {Config{WholeUpTo: 2499, RangeSize: 1000}, []string{"bytes=0-999", "bytes=1000-1999", "bytes=2000-2499"}},
		"nothing as a whole":  {Config{WholeUpTo: 0, RangeSize: 2000}, []string{"bytes=0-1999", "bytes=2000-2499"}},
		"one range is enough": {Config{WholeUpTo: 0, RangeSize: 2500}, []string{""}},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = append(asked, r.Header.Get("Range"))
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
			}))
			defer server.Close()
			c.config.GraphURL = server.URL
			reader := newFileTransport(c.config).open(t.Context(), func(context.Context) (string, error) { return server.URL, nil }, 0, int64(len(content)))
			got, err := io.ReadAll(reader)
			if closeErr := reader.Close(); err != nil || closeErr != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes, %v, %v", len(got), err, closeErr)
			}
			if !slices.Equal(asked, c.want) {
				t.Errorf("asked for %q, want %q", asked, c.want)
			}
		})
	}
}
