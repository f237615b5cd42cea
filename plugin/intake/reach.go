// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// Reach asks an address of this plugin to prove that it takes notifications, with the handshake that Graph demands before
// it makes a subscription (Graph docs, "Receive change notifications through webhooks"): the token must come back as plain
// text with status 200, without a detour. The client says whom to trust; it must not follow redirects.
func Reach(ctx context.Context, client *http.Client, address string) error {
	token := "Check of the plugin: " + rand.Text()
	target, err := url.Parse(address)
	if err != nil {
		return fmt.Errorf("%q is not an address: %w", address, err)
	}
	target.RawQuery = url.Values{"validationToken": {token}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target.String(), nil)
	if err != nil {
		return fmt.Errorf("%s cannot be asked: %w", address, err)
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	response, err := client.Do(request)
	if err != nil {
		if outer, ok := errors.AsType[*url.Error](err); ok { // it repeats the address with the token
			err = outer.Err
		}
		return fmt.Errorf("%s cannot be reached: %w", address, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxToken))
	media, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type"))
	switch {
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("%s answers %s, not 200", address, response.Status)
	case err != nil:
		return fmt.Errorf("%s breaks off its answer: %w", address, err)
	case media != "text/plain" || string(body) != token:
		return fmt.Errorf("%s answers with something else than the validation token; is there a log-in page or another server at that address?", address)
	}
	return nil
}
