// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/bridge"
)

// queues reads the queues when they are asked for: a gauge kept by hand would be wrong after a crash.
type queues struct {
	health func(context.Context) (bridge.Health, error)
}

// scrapeTimeout keeps a slow database from holding up a scrape.
const scrapeTimeout = 5 * time.Second

var (
	linkedChannels = prometheus.NewDesc(namespace+"_app_linked_channels", "Linked channels.", nil, nil)
	linkedChats    = prometheus.NewDesc(namespace+"_app_linked_chats", "Chats that are carried.", nil, nil)
	queueLength    = prometheus.NewDesc(namespace+"_app_change_event_queue_length", "Queued events by state, whole cluster.", []string{"source", "state"}, nil)
	linkLag        = prometheus.NewDesc(namespace+"_app_link_lag_seconds", "How long the oldest event of a link has been waiting for its turn; parked ones do not count.", []string{"channel_id", "source"}, nil)
	linkLastEvent  = prometheus.NewDesc(namespace+"_app_link_last_event_timestamp_seconds", "When an event of a link was last carried; 0 for never.", []string{"channel_id", "source"}, nil)
	linkDead       = prometheus.NewDesc(namespace+"_app_link_dead_letters", "Events of a link that were given up and wait for a person.", []string{"channel_id", "source"}, nil)
	queueAge       = prometheus.NewDesc(namespace+"_app_queue_oldest_seconds", "Age of the oldest event that is pending, or that is parked.", []string{"source", "state"}, nil)
)

// Describe implements prometheus.Collector.
func (q *queues) Describe(out chan<- *prometheus.Desc) {
	out <- linkedChannels
	out <- linkedChats
	out <- queueLength
	out <- queueAge
	out <- linkLag
	out <- linkLastEvent
	out <- linkDead
}

// Collect implements prometheus.Collector.
func (q *queues) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	health, err := q.health(ctx)
	if err != nil {
		out <- prometheus.NewInvalidMetric(queueLength, err)
		return
	}
	gauge := func(desc *prometheus.Desc, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, value, labels...)
	}
	now, chats := time.Now(), 0
	for _, l := range health.Links {
		if l.Link.Conversation.IsChat() {
			chats++ // too many for series of their own
			continue
		}
		for direction, lane := range map[bridge.Direction]bridge.LaneStatistics{bridge.Inbound: l.Inbound, bridge.Outbound: l.Outbound} {
			channel, from := string(l.Link.Channel), source(direction)
			gauge(linkLag, lane.Lag(now).Seconds(), channel, from)
			gauge(linkLastEvent, seconds(lane.LastEventAt), channel, from)
			gauge(linkDead, float64(lane.Dead), channel, from)
		}
	}
	gauge(linkedChannels, float64(len(health.Links)-chats))
	gauge(linkedChats, float64(chats))
	for direction, queue := range map[bridge.Direction]bridge.Queue{bridge.Inbound: health.Inbound, bridge.Outbound: health.Outbound} {
		from := source(direction)
		gauge(queueLength, float64(queue.Pending), from, "pending")
		gauge(queueLength, float64(queue.Parked), from, "parked")
		gauge(queueLength, float64(queue.Dead), from, "dead")
		gauge(queueAge, age(queue.Oldest), from, "pending")
		gauge(queueAge, age(queue.OldestParked), from, "parked")
	}
}

// age is how many seconds ago a time is; 0 for none.
func age(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(time.Since(t).Seconds(), 0)
}

// seconds is a time as Prometheus writes it; 0 for none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}
