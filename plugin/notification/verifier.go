// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package notification

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Authority is where the tenant's tokens come from.
type Authority interface {
	// SigningKeys fetches the keys that are in use now.
	SigningKeys(ctx context.Context) (SigningKeys, error)
}

// Times of the signing keys.
const (
	// refreshAfter is how old the keys may become: Microsoft rotates them daily.
	refreshAfter = 12 * time.Hour
	// refreshGap is how long nothing is fetched after a try, whatever arrives: a made-up key id must not become a request.
	refreshGap = time.Minute
	// fetchTimeout bounds one fetch.
	fetchTimeout = 5 * time.Second
	// keysLast is how long keys are certainly still published after they were last used.
	keysLast = time.Hour
	// maxProofs bounds what is remembered.
	maxProofs = 1000
)

// Verifier checks the validation tokens of deliveries for one application of one tenant, and for those that it replaced:
// what their subscriptions deliver is still ours. It is safe for concurrent use.
type Verifier struct {
	authority Authority
	clientIDs []string
	now       func() time.Time

	mu       sync.Mutex
	signing  SigningKeys
	fetched  time.Time // zero when never
	tried    time.Time
	verified map[string][]proof // by the name of the delivery's tokens
}

// NewVerifier returns a verifier that has fetched nothing yet.
func NewVerifier(authority Authority, clientID string, former ...string) *Verifier {
	return &Verifier{authority: authority, clientIDs: append([]string{clientID}, former...), now: time.Now, verified: map[string][]proof{}}
}

// ErrForged says that the tokens of a delivery show that Microsoft did not send it to us.
var ErrForged = errors.New("the validation tokens of the notification are wrong")

// errUnchecked says that nothing can be said for now.
var errUnchecked = errors.New("the validation tokens cannot be checked now")

// check tells whether the tokens of a delivery prove that Microsoft sent an item of this tenant. The item was received at
// a time, and what is said holds for then. name names the tokens. Errors are ErrForged, errUnchecked, or of tokens.
func (v *Verifier) check(ctx context.Context, name, tenant string, received time.Time, tokens func(context.Context) ([]string, error)) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	proofs, known := v.verified[name]
	if !known {
		texts, err := tokens(ctx)
		if err != nil {
			return err
		}
		if len(texts) == 0 {
			return errUnchecked
		}
		if proofs, err = v.verify(ctx, texts, received); err != nil {
			return err
		}
		if len(v.verified) >= maxProofs {
			clear(v.verified)
		}
		v.verified[name] = proofs
	}
	now := v.now()
	reason := fmt.Sprintf("none is of the tenant %q, which the notification names", tenant)
	for _, p := range proofs {
		switch {
		case !strings.EqualFold(p.tenant, tenant):
		case p.from.After(now) || p.until.Before(received):
			reason = fmt.Sprintf("it is valid from %s until %s only", p.from.UTC().Format(time.RFC3339), p.until.UTC().Format(time.RFC3339))
		default:
			return nil
		}
	}
	return fmt.Errorf("%w: %s", ErrForged, reason)
}

// verify checks every token: one that Microsoft did not sign, or that another service of Microsoft's made, makes the whole
// delivery doubtful (Graph docs). One of them must be for us, others may be for other applications.
func (v *Verifier) verify(ctx context.Context, texts []string, received time.Time) ([]proof, error) {
	if v.now().Sub(v.fetched) > refreshAfter {
		v.refresh(ctx)
	}
	if v.fetched.IsZero() {
		return nil, errUnchecked
	}
	var proofs []proof
	var notForUs error
	for _, text := range texts {
		p, err := v.checkToken(text)
		if errors.Is(err, errUnknownKey) {
			// Keys are published before they are used, so keys that were fetched after the token came are the last word.
			if v.fetched.Before(received) && !v.refresh(ctx) {
				return nil, errUnchecked
			}
			if p, err = v.checkToken(text); errors.Is(err, errUnknownKey) && v.fetched.Sub(received) > keysLast {
				return nil, errUnchecked
			}
		}
		switch {
		case errors.Is(err, errNotForUs):
			notForUs = err
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrForged, err)
		default:
			proofs = append(proofs, p)
		}
	}
	if len(proofs) == 0 {
		return nil, fmt.Errorf("%w: %w", ErrForged, notForUs)
	}
	return proofs, nil
}

func (v *Verifier) checkToken(text string) (p proof, err error) {
	for _, id := range v.clientIDs {
		if p, err = checkToken(text, id, v.signing); !errors.Is(err, errNotForUs) {
			break
		}
	}
	return p, err
}

// refresh fetches the keys, unless that was tried just now; old ones are kept when it fails.
func (v *Verifier) refresh(ctx context.Context) bool {
	now := v.now()
	if now.Sub(v.tried) < refreshGap {
		return false
	}
	v.tried = now
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	signing, err := v.authority.SigningKeys(ctx)
	if err != nil {
		return false
	}
	v.signing, v.fetched = signing, now
	return true
}
