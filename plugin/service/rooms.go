// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package service

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/accounts"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/certificates"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/chats"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/command"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/intake"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/jobs"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/links"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/mattermost"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/people"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/primary"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/subscriptions"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/takeover"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/teams"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/texts"
)

// rooms are what works on an open store.
type rooms struct {
	store        *store.Store
	mattermost   *mattermost.Server
	accounts     *accounts.Accounts
	people       *people.People
	keys         *accounts.Keys
	certificates *certificates.Certificates
	governor     *governor.Governor // nil when it is lifted
	engine       *bridge.Engine
	chats        *chats.Chats
	links        *links.Links
	keeper       *subscriptions.Keeper
	jobs         *jobs.Jobs
	reader       *notification.Reader
	intake       http.Handler
	command      *command.Command
	takeOver     *takeover.TakeOver
	settings     *standing
	unfollowKeys func()
	watch        *syncWatch
	relay        *relay
	mutes        *primary.Mutes

	takingOver taking
	mu         sync.Mutex  // held while the store is asked: no hook may wait for it
	started    atomic.Bool // changes under the lock
	resting    bool        // the jobs do not run, because other nodes have newer settings
	stopped    bool

	background sync.WaitGroup // what follows from changes of links
}

// build opens the store and makes the rooms.
func (s *Service) build(ctx context.Context, dataSource string) (*rooms, error) {
	bot, err := mattermost.EnsureBot(s.api)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, dataSource, store.Options{Node: s.node, Log: s.log})
	if err != nil {
		return nil, err
	}
	r := &rooms{store: db, mattermost: mattermost.New(s.api, db.Pool(), bot), settings: s.newStanding(db)}
	r.relay = newRelay(db, r.mattermost.PublishHere, s.log)
	r.mattermost.Elsewhere = r.relay.tell
	r.keys = s.newKeys(r, db)
	r.watch = s.newSyncWatch(r)
	r.mutes = primary.New(primary.Config{Store: db, Server: r.mattermost, Log: s.log})
	r.accounts = accounts.New(accounts.Config{
		Store: db, Mattermost: r.mattermost, Current: s.forAccounts, Keys: r.keys, Log: s.log,
		Connected: func(ctx context.Context, user bridge.UserID) {
			if err := r.engine.AccountConnected(ctx, user); err != nil {
				s.log.Warn("could not wake the posts that wait for an account; they are found later", "error", err)
			}
			r.people.Connected(ctx)
			r.keeper.Poke() // a user's chats have a subscription
			if user != "" {
				s.mute(ctx, r, store.Whose{User: user})
			}
		},
		Disconnected: func(ctx context.Context, user bridge.UserID) { s.mute(ctx, r, store.Whose{User: user}) },
	})
	r.people = people.New(people.Config{Store: db, Mattermost: r.mattermost, Accounts: r.accounts, Current: s.forPeople, Log: s.log})
	r.certificates = certificates.New(certificates.Config{Store: db, Vault: func() (certificates.Vault, error) { return s.vault() }, Changed: s.certificatesChanged, Log: s.log})
	keys := notification.NewKeyring(db)
	r.reader = notification.NewReader(notification.Config{
		Keys: keys, Tokens: db.Tokens, Current: s.forNotifications, Parse: teams.ReadMessage, Observe: s.metrics.Notification, Log: s.log,
	})
	r.governor = s.newGovernor(db)
	r.chats = chats.New(chats.Config{
		Store: db, Mattermost: r.mattermost, Accounts: r.accounts, People: r.people, Current: s.forChats, Switches: s.chatSwitches,
		IsLinked: func(chat bridge.ConversationID) bool {
			_, linked := r.engine.Links().ByConversation(chat)
			return linked
		},
		ConnectURL: func() string { return catalog.PluginURL(s.siteURL(), "/connect") },
		Changed:    func() { r.keeper.Poke() }, Log: s.log,
	})
	r.engine = bridge.New(bridge.Config{
		Chats: r.chats,
		Store: db, Teams: graph{s}, Mattermost: discreet{r.mattermost, r.mutes}, Accounts: r.accounts, People: r.people, Notifications: r.reader, Observer: s.metrics, Log: s.log,
		TeamsFiles: files{s}, MattermostFiles: r.mattermost, Files: s.carriesFiles,
		Reactions: s.reactions, SystemMessages: s.systemMessages, Governor: forEngine(r.governor), Tuning: s.tuning,
		Moved: r.watch.moved, LinksChanged: func(added, removed []bridge.Link) { s.linksChanged(r, added, removed) },
	})
	r.keeper = subscriptions.New(subscriptions.Config{
		Store: db, Current: s.forSubscriptions, Behind: r.settings.isBehind, Count: s.metrics.Subscription, Log: s.log,
		Reconciled: func(ctx context.Context) { s.sweep(ctx, r) },
		MissedChats: func(ctx context.Context, people []bridge.TeamsUserID, since time.Time) error {
			return s.missedChats(ctx, r, people, since)
		},
		Keep: func(ctx context.Context, key *notification.Key) error {
			current, err := s.forNotifications()
			if err != nil {
				return err
			}
			return keys.Keep(ctx, key, current.Vault)
		},
		Warn: func(ctx context.Context, text texts.Text) error {
			return r.mattermost.NotifySystemAdmins(ctx, mattermost.Notice{Text: text, Label: texts.New("Open the plugin's settings"), Address: catalog.ConsoleURL(s.siteURL())})
		},
	})
	if r.jobs, err = s.newJobs(r); err != nil {
		db.Close()
		return nil, err
	}
	r.links = links.New(links.Config{
		Index: r.engine.Links(), Requests: db, Names: db, Mattermost: r.mattermost, Accounts: r.accounts, Current: s.forLinks,
		Health: r.engine.Health, Searching: r.searching,
		Changed: r.keeper.Poke, Resync: r.resync, Records: db.AuditPage, Log: s.log,
	})
	r.takeOver = takeover.New(takeover.Config{Store: db, Bot: bot, Current: s.forTakeOver, Log: s.log})
	if _, err := r.takeOver.Look(ctx); err != nil {
		db.Close()
		return nil, err
	}
	r.intake = intake.New(intake.Config{Subscriptions: r.takeOver.Gate(r.keeper), Inbox: r.engine, Observer: s.metrics, Log: s.log})
	r.command = command.New(command.Config{
		Accounts: r.accounts, Whitelist: r.accounts, Links: r.links, People: r.people, Chats: r.chats, DeadLetters: deadLetters{r}, SystemAdmin: r.mattermost.SystemAdmin, Locale: r.mattermost.Locale, Log: s.log, Summary: s.summary,
		ConnectURL:  func() string { return catalog.PluginURL(s.siteURL(), "/connect") },
		ChannelName: r.channelName,
		OpenLinkDialog: func(user bridge.UserID, channel bridge.ChannelID) {
			r.mattermost.Publish("open_link_dialog", user, map[string]any{"channel_id": string(channel)})
		},
	})
	r.unfollowKeys = r.followKeys()
	r.settings.follow(func(ctx context.Context) error {
		return errors.Join(r.keys.Refresh(ctx), r.compareSettings(ctx))
	})
	r.watch.start()
	r.relay.start()
	return r, nil
}

func (r *rooms) channelName(ctx context.Context, id bridge.ChannelID) string {
	channel, err := r.mattermost.Channel(ctx, id)
	if err != nil {
		return string(id)
	}
	return channel.TeamName + " / " + channel.Name
}

// start begins to work; once started, nothing happens. What a predecessor left is taken over first, in the background;
// then the work begins by itself.
func (r *rooms) start(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.started.Load() || r.stopped {
		return nil
	}
	if todo, err := r.takeOver.Look(ctx); err != nil {
		return err
	} else if todo {
		r.beginTakeOver()
		return nil
	}
	if err := r.settings.look(ctx); err != nil {
		return err
	}
	silence, err := r.jobs.Listen(ctx)
	if err != nil {
		return err
	}
	if silence > time.Second { // else the database is new, or another node listens
		r.engine.Settling()
	}
	r.resting = r.settings.isBehind()
	r.engine.Hold(r.resting)
	if err := r.engine.Start(ctx); err != nil {
		return err
	}
	r.keeper.Start()
	r.started.Store(true)
	if r.resting {
		return nil
	}
	return r.jobs.Start()
}

// working tells whether messages travel. Every post on the server asks it.
func (r *rooms) working() bool { return r.started.Load() }

// stop ends the work and closes the store.
func (r *rooms) stop(ctx context.Context) error {
	r.unfollowKeys()
	r.settings.stop()
	r.watch.stop()
	r.relay.stop()
	r.keys.Stop()
	r.certificates.Stop() // before the lock: a change of certificates may be starting the rooms
	r.takingOver.stop()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopped = true
	var err error
	if r.started.Swap(false) { // first: hooks queue nothing more
		err = r.keeper.Stop(ctx)
		stopped := make(chan error, 1)
		go func() {
			if r.resting {
				stopped <- nil
				return
			}
			stopped <- r.jobs.Stop(ctx)
		}()
		err = errors.Join(err, r.engine.Stop(ctx))
		err = errors.Join(err, <-stopped)
	}
	r.accounts.StopInviting()
	r.background.Wait()
	r.people.Stop()
	if r.governor != nil {
		r.governor.Stop()
	}
	closed := make(chan struct{})
	go func() {
		r.store.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-ctx.Done():
		err = errors.Join(err, errors.New("the database connections did not end in time; they end with the process"))
	}
	return err
}
