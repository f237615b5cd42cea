// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package faults

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Clock is the emulator's one clock.
type Clock interface{ Now() time.Time }

// Faults is the set of rules in force. All methods are safe for concurrent use.
type Faults struct {
	clock Clock

	mu     sync.Mutex
	rules  []*rule
	nextID int
	chance *rand.Rand
}

type rule struct {
	Rule
	seen map[string]bool // requests that OncePerRequest has struck
}

// ErrUnknownRule is returned for a rule id that does not exist.
var ErrUnknownRule = errors.New("no fault has that id")

// New makes an empty set of rules with a fixed seed.
func New(clock Clock) *Faults {
	f := &Faults{clock: clock}
	f.Seed(1)
	return f
}

// Seed restarts the generator that Percent and Reorder draw from.
func (f *Faults) Seed(seed uint64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.chance = rand.New(rand.NewPCG(seed, seed))
}

// Add puts a rule in force and returns it with its id.
func (f *Faults) Add(r Rule) (Rule, error) {
	if err := r.check(); err != nil {
		return Rule{}, fmt.Errorf("fault: %w", err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.nextID++
	r.ID, r.Matched, r.Struck = strconv.Itoa(f.nextID), 0, 0
	f.rules = append(f.rules, &rule{Rule: r, seen: map[string]bool{}})
	return r, nil
}

// Rules returns the rules in force with their counts, oldest first.
func (f *Faults) Rules() []Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	rules := make([]Rule, len(f.rules))
	for i, r := range f.rules {
		rules[i] = r.Rule
	}
	return rules
}

// Rule returns one rule with its counts.
func (f *Faults) Rule(id string) (Rule, error) {
	for _, r := range f.Rules() {
		if r.ID == id {
			return r, nil
		}
	}
	return Rule{}, ErrUnknownRule
}

// Remove takes a rule out of force.
func (f *Faults) Remove(id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	before := len(f.rules)
	f.rules = slices.DeleteFunc(f.rules, func(r *rule) bool { return r.ID == id })
	if len(f.rules) == before {
		return ErrUnknownRule
	}
	return nil
}

// Clear takes all rules out of force.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// struck returns copies of the rules of one kind that strike one thing. key tells distinct requests apart.
func (f *Faults) struck(of kind, applies func(*Rule) bool, key string) []Rule {
	f.mu.Lock()
	defer f.mu.Unlock()
	var struck []Rule
	for _, r := range f.rules {
		if kinds[r.Effect] == of && applies(&r.Rule) && f.strikes(r, key) {
			struck = append(struck, r.Rule)
		}
	}
	return struck
}

func (f *Faults) strikes(r *rule, key string) bool {
	r.Matched++
	switch {
	case r.Next > 0 && r.Struck >= r.Next,
		r.Every > 0 && r.Matched%r.Every != 0,
		r.OncePerRequest && r.seen[key],
		r.Percent > 0 && f.chance.Float64()*100 >= r.Percent:
		return false
	}
	if r.OncePerRequest {
		r.seen[key] = true
	}
	r.Struck++
	return true
}

// within draws a moment between now and d from now.
func (f *Faults) within(d Duration) time.Duration {
	if d <= 0 {
		return 0
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return time.Duration(f.chance.Int64N(int64(d)))
}
