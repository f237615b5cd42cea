// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/notification"
	"github.com/msteamssync/terraform-provider-msteamssync/plugin/store"
)

const namespace = "msteams_connect"

// Metrics are all metrics of one node. It is the bridge's observer.
type Metrics struct {
	registry *prometheus.Registry
	limits   *limits

	carried  *prometheus.CounterVec
	delay    *prometheus.HistogramVec
	ignored  *prometheus.CounterVec
	failed   *prometheus.CounterVec
	dead     *prometheus.CounterVec
	caughtUp prometheus.Counter
	resynced *prometheus.CounterVec
	graph    *prometheus.HistogramVec
	api      *prometheus.HistogramVec
	hooks    *prometheus.HistogramVec
	// subscriptions counts what was done to them; expiry is the client secret's.
	subscriptions *prometheus.CounterVec
	notifications *prometheus.CounterVec
	expiry        prometheus.Gauge
}

var _ bridge.Observer = (*Metrics)(nil)

// New makes the metrics of a plugin version. health is read at each scrape; it may be nil.
func New(version string, health func(context.Context) (bridge.Health, error)) *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		limits:   newLimits(),
		carried: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "messages_total", Help: "Events that reached the other side.",
		}, []string{"action", "source"}),
		delay: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "events", Name: "message_delay_seconds", Help: "From when an event happened to when it reached the other side.",
			Buckets: []float64{.25, .5, 1, 1.5, 2, 3, 5, 10, 30, 60, 300, 3600},
		}, []string{"action", "source"}),
		ignored: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "ignored_total", Help: "Events that needed nothing on the other side, by reason.",
		}, []string{"action", "source", "discarded_reason"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "failures_total", Help: "Failed attempts to carry an event, by class; retried unless the class forbids it.",
		}, []string{"action", "source", "class"}),
		dead: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "dead_letters_total", Help: "Events that were given up and wait for a person.",
		}, []string{"action", "source"}),
		caughtUp: prometheus.NewCounter(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "caught_up_posts_total", Help: "Posts that a scan found because no hook had reported them.",
		}),
		resynced: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "missed_messages_total", Help: "Messages and changes in Teams that no notification had told of, found by a resync, or by the backfill of a new link.",
		}, []string{"kind"}),
		graph: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "msgraph", Name: "client_time_seconds", Help: "Calls to Microsoft Graph; status 0 is no answer.",
			Buckets: []float64{.01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
		}, []string{"method", "route", "status_code"}),
		api: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "api", Name: "time_seconds", Help: "Requests to the plugin's own routes.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 3, 10},
		}, []string{"handler", "method", "status_code"}),
		hooks: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Subsystem: "events", Name: "hook_time_seconds", Help: "How long the server's calls about posts took inside the plugin; in a channel that is not linked a look into memory, in a linked one a row written.",
			Buckets: []float64{.00001, .00002, .00005, .0001, .001, .005, .01, .05, .1, 1, 5},
		}, []string{"hook"}),
		subscriptions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "subscriptions_total", Help: "What was done to subscriptions: created, adopted, renewed, moved, recertified, replaced, recreated, removed, left (the former application's deleted), failed; announced_… is what Graph said of them.",
		}, []string{"action"}),
		notifications: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Subsystem: "events", Name: "encrypted_notifications_total", Help: "Notifications that came with an encrypted message or validation tokens, by outcome; opened needs no call to Graph, tokens_wrong is given up, with the others the message is fetched.",
		}, []string{"outcome"}),
		expiry: prometheus.NewGauge(prometheus.GaugeOpts{
			Namespace: namespace, Subsystem: "msgraph", Name: "client_secret_end_date_timestamp_seconds", Help: "When the client secret expires, as the setting clientSecretExpiresAt says; 0 when it does not say.",
		}),
	}
	info := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: "system", Name: "plugin_info", Help: "Always 1; the label tells the version.",
	}, []string{"version"})
	info.WithLabelValues(version).Set(1)
	started := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Subsystem: "system", Name: "plugin_start_timestamp_seconds", Help: "When the plugin started.",
	})
	started.SetToCurrentTime()
	m.registry.MustRegister(m.carried, m.delay, m.ignored, m.failed, m.dead, m.caughtUp, m.resynced, m.graph, m.api, m.hooks, m.subscriptions, m.notifications, m.expiry, info, started,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.beginAtZero()
	if health != nil {
		m.registry.MustRegister(&queues{health: health})
	}
	return m
}

// ServeHTTP answers a scrape.
func (m *Metrics) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, r)
}

// source is the metric's name of where an event came from.
func source(d bridge.Direction) string {
	if d == bridge.Inbound {
		return "msteams"
	}
	return "mattermost"
}

// Carried implements bridge.Observer.
func (m *Metrics) Carried(d bridge.Direction, kind bridge.Kind, delay time.Duration) {
	m.carried.WithLabelValues(string(kind), source(d)).Inc()
	m.delay.WithLabelValues(string(kind), source(d)).Observe(delay.Seconds())
}

// Ignored implements bridge.Observer.
func (m *Metrics) Ignored(d bridge.Direction, kind bridge.Kind, reason bridge.Reason) {
	m.ignored.WithLabelValues(string(kind), source(d), string(reason)).Inc()
}

// Failed implements bridge.Observer.
func (m *Metrics) Failed(d bridge.Direction, kind bridge.Kind, class bridge.Class) {
	m.failed.WithLabelValues(string(kind), source(d), class.String()).Inc()
}

// Dead implements bridge.Observer.
func (m *Metrics) Dead(d bridge.Direction, kind bridge.Kind) {
	m.dead.WithLabelValues(string(kind), source(d)).Inc()
}

// CaughtUp implements bridge.Observer.
func (m *Metrics) CaughtUp(posts int) { m.caughtUp.Add(float64(posts)) }

// Resynced counts what a resync or a backfill found.
func (m *Metrics) Resynced(kind store.ResyncKind, found int) {
	m.resynced.WithLabelValues(string(kind)).Add(float64(found))
}

// GraphCall counts a call to Graph. The route has its ids left out; status 0 is no answer.
func (m *Metrics) GraphCall(method, route string, status int, took time.Duration) {
	m.graph.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}

// Request counts a request to one of the plugin's routes; an unknown address has no pattern.
func (m *Metrics) Request(pattern, method string, status int, took time.Duration) {
	if pattern == "" {
		pattern = "unknown"
	}
	m.api.WithLabelValues(pattern, method, strconv.Itoa(status)).Observe(took.Seconds())
}

// Hook counts a call of the server about a post.
func (m *Metrics) Hook(hook string, took time.Duration) {
	m.hooks.WithLabelValues(hook).Observe(took.Seconds())
}

// Subscription counts what was done to a subscription.
func (m *Metrics) Subscription(action string) { m.subscriptions.WithLabelValues(action).Inc() }

// Notification counts what became of an encrypted notification.
func (m *Metrics) Notification(outcome notification.Outcome) {
	m.notifications.WithLabelValues(string(outcome)).Inc()
}

// SecretExpires sets when the client secret expires; zero when that is not known.
func (m *Metrics) SecretExpires(at time.Time) {
	if at.IsZero() {
		m.expiry.Set(0)
		return
	}
	m.expiry.Set(float64(at.Unix()))
}
