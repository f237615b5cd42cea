// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package bridge

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// Config is what an engine works with. Store, Teams, Mattermost, Accounts and People are required.
type Config struct {
	Store      Store
	Teams      Teams
	Mattermost Mattermost
	Accounts   Accounts
	People     People
	Chats      Chats    // nil: chats are not carried
	Governor   Governor // default: no limits
	// Notifications looks into what came with notifications; without it every message is fetched.
	Notifications Notifications
	Observer      Observer     // default: nobody
	Log           *slog.Logger // default: slog.Default()
	Tuning        Tuning
	// TeamsFiles and MattermostFiles are where files are; without them none is carried.
	TeamsFiles      TeamsFiles
	MattermostFiles MattermostFiles
	Files           func() bool // whether files are carried; default: they are
	Reactions       func() bool // whether reactions are carried; default: they are
	// SystemMessages tells whether what nobody wrote is carried: that somebody joined, that a meeting began. Default: it is not.
	SystemMessages func() bool
	// Moved is told of a post of which something became on its way to Teams: it arrived, waits, or was given up. It must be
	// quick. Default: nobody is told.
	Moved func(post PostID, author UserID)
	// LinksChanged is told which links came and went since this node last read them, whoever changed them. Default: nobody is.
	LinksChanged func(added, removed []Link)
}

// Engine moves messages in both directions. One runs on each node; the store keeps them out of each other's way.
type Engine struct {
	Config
	links      *Links
	dispatcher *dispatcher
	scans      *scans
	neighbours neighbours
	kept       keptLeases
	refusals   refusals
	arrivals   gathering
	giveWay    *giveWay
	guard      loopGuard
	newest     newestPosts
	works      *works
	transfers  transfers
	pictures   pictureRoom
	names      conversationNames
	held       atomic.Bool  // see Hold
	settled    atomic.Int64 // see Settling; nanoseconds since the epoch

	// stopping is closed when no new event may be begun, life ends when calls in progress must give up.
	stopping chan struct{}
	life     context.Context
	end      context.CancelFunc
	loops    sync.WaitGroup
	cancels  []func()
	once     sync.Once

	firstHook sync.Once
}

// New makes an engine that does nothing until Start.
func New(config Config) *Engine {
	config.Tuning = config.Tuning.withDefaults()
	if config.Observer == nil {
		config.Observer = nobody{}
	}
	if config.Governor == nil {
		config.Governor = boundless{}
	}
	if config.Log == nil {
		config.Log = slog.Default()
	}
	if config.Reactions == nil {
		config.Reactions = func() bool { return true }
	}
	if config.Files == nil {
		config.Files = func() bool { return true }
	}
	if config.SystemMessages == nil {
		config.SystemMessages = func() bool { return false }
	}
	if config.Moved == nil {
		config.Moved = func(PostID, UserID) {}
	}
	e := &Engine{Config: config, works: &works{}, links: newLinks(config.Store), giveWay: newGiveWay(), pictures: newPictureRoom(), stopping: make(chan struct{})}
	e.Observer = watched{config.Observer, e.works}
	e.links.changed = config.LinksChanged
	e.life, e.end = context.WithCancel(context.Background())
	e.dispatcher = newDispatcher(config.Tuning.Workers, e.drain)
	e.scans = newScans()
	e.arrivals.commit = func(ctx context.Context, arrivals []Arrival) error {
		return e.Store.Accept(ctx, arrivals, e.inboundWindow())
	}
	return e
}

// Links is the index of the links, for reading and changing.
func (e *Engine) Links() *Links { return e.links }

// Start loads the links and begins to work. An error means that nothing was begun and Start may be called again.
func (e *Engine) Start(ctx context.Context) error {
	if err := e.links.load(ctx); err != nil {
		return err
	}
	reload := make(chan struct{}, 1)
	e.cancels = append(e.cancels,
		e.Store.OnLinks(func() { poke(reload) }),
		e.Store.OnLane(func(lane Lane, after time.Duration, missed bool) {
			if missed {
				e.scans.poke()
				return
			}
			e.dispatcher.wake(lane, after)
		}))
	e.loops.Go(func() { e.keepLinks(reload) })
	e.loops.Go(e.poll)
	e.scanAll()
	e.loops.Go(e.scanOnceMore)
	return nil
}

// scanAll has all conversations scanned now.
func (e *Engine) scanAll() {
	for _, link := range e.links.All() {
		e.scans.want(link.Conversation.ID)
	}
	e.scans.want(waitingPrefix)
	e.scans.poke()
}

// scanOnceMore finds what was written after its channel was first scanned and before the server began to call hooks, which it does
// a moment after the engine was started. A hook that comes first finds it, too (hooked).
func (e *Engine) scanOnceMore() {
	later := time.NewTimer(e.Tuning.PollEvery)
	defer later.Stop()
	select {
	case <-e.stopping:
	case <-later.C:
		e.scanAll()
	}
}

// Stop begins nothing new and lets calls in progress finish until ctx is done, then cuts them off. Nothing is lost
// either way: what was not finished is in the store, and the lanes are given back.
func (e *Engine) Stop(ctx context.Context) error {
	var err error
	e.once.Do(func() {
		close(e.stopping)
		for _, cancel := range e.cancels {
			cancel()
		}
		orderly := e.dispatcher.stop(ctx)
		e.end()
		if !orderly {
			// Cut off, the workers only have to give their lanes back.
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTimeout)
			defer cancel()
			if !e.dispatcher.stop(last) {
				err = errors.New("stop the engine: a call did not end when it was cut off; its lane will be taken over")
			}
		}
		e.giveBackKept(ctx)
		e.loops.Wait()
	})
	return err
}

// releaseTimeout bounds how long a stopping worker tries to give its lane back. A lane that is not given back is free
// when its lease ends.
const releaseTimeout = time.Second

// Receive commits notifications to the inbox. When it returns nil they survive everything.
func (e *Engine) Receive(ctx context.Context, arrivals []Arrival) error {
	e.giveWay.arrived()
	if err := e.arrivals.add(ctx, arrivals); err != nil {
		return err
	}
	for _, a := range arrivals {
		e.dispatcher.wake(Lane{a.Ref.Conversation.ID, Inbound}, e.inboundWindow())
	}
	return nil
}

// AccountConnected has posts sent that waited for the user's account, or for any account when a bot was connected and
// user is empty.
func (e *Engine) AccountConnected(ctx context.Context, user UserID) error {
	e.refusals.forget()
	if e.Chats != nil {
		e.Chats.Forget()
	}
	if err := e.Store.WakeAccount(ctx, user); err != nil {
		return err
	}
	e.scans.poke()
	return nil
}

// Retry makes a link's dead letters of one direction due again and tells how many there were.
func (e *Engine) Retry(ctx context.Context, conversation ConversationID, direction Direction) (int, error) {
	lane := Lane{conversation, direction}
	n, err := e.Store.Revive(ctx, lane)
	if err == nil && n > 0 {
		e.dispatcher.wake(lane, 0)
	}
	return n, err
}

func (e *Engine) keepLinks(reload <-chan struct{}) {
	for {
		select {
		case <-e.stopping:
			return
		case <-reload:
			if err := e.links.load(e.life); err != nil && e.life.Err() == nil {
				// The poll loads them again.
				e.Log.Warn("could not load the links after a change", "error", err)
			}
		}
	}
}

// poll finds the work that no signal told of: leases that ran out, lost wake-ups, scans that are due.
func (e *Engine) poll() {
	tick := time.NewTicker(e.Tuning.PollEvery)
	defer tick.Stop()
	for {
		select {
		case <-e.stopping:
			return
		case <-e.scans.poked:
		case <-tick.C:
		}
		if e.held.Load() {
			if err := e.links.load(e.life); err != nil && e.life.Err() == nil {
				e.Log.Warn("could not load the links", "error", err)
			}
			continue
		}
		lanes, err := e.Store.Due(e.life)
		if err != nil {
			if e.life.Err() == nil {
				e.Log.Warn("could not look for work", "error", err)
			}
			continue
		}
		for _, lane := range lanes {
			e.dispatcher.wake(lane, 0)
		}
		if err := e.links.load(e.life); err != nil {
			continue
		}
		if _, err := e.lookAround(e.life); err != nil {
			continue
		}
		e.scan(e.life)
		if err := e.scanDirect(e.life); err != nil && e.life.Err() == nil {
			e.Log.Warn("could not look for direct messages that no hook reported; it is tried again", "error", err)
		}
	}
}

// poke leaves a note in a channel of size one.
func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// nobody observes nothing.
type nobody struct{}

func (nobody) Carried(Direction, Kind, time.Duration) {}
func (nobody) Ignored(Direction, Kind, Reason)        {}
func (nobody) Failed(Direction, Kind, Class)          {}
func (nobody) Dead(Direction, Kind)                   {}
func (nobody) CaughtUp(int)                           {}
