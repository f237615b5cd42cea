// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package telemetry

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/msteamssync/terraform-provider-msteamssync/plugin/governor"
)

// limits are the metrics of the governor: how long calls wait for Graph's limits, and how much of those is used.
type limits struct {
	usage func() governor.Usage
	waits *prometheus.HistogramVec
}

var (
	throttledDesc = prometheus.NewDesc(namespace+"_msgraph_throttled_total", "Calls that Graph refused with 429, by the row of its limits.", []string{"limit"}, nil)
	waitingDesc   = prometheus.NewDesc(namespace+"_msgraph_waiting_calls", "Calls that wait for Graph's limits now.", []string{"limit"}, nil)
	usedDesc      = prometheus.NewDesc(namespace+"_msgraph_limit_used_ratio", "Calls of this node in the last minute, as a share of what Graph lets the application and tenant keep up.", []string{"limit"}, nil)
	exchangesDesc = prometheus.NewDesc(namespace+"_msgraph_limit_exchanges_total", "How often this node asked the database for its part of Graph's limits.", nil, nil)
)

func newLimits() *limits {
	return &limits{waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Subsystem: "msgraph", Name: "limit_wait_seconds", Help: "How long calls waited for Graph's limits; late ones wait behind all others.",
		Buckets: []float64{.01, .1, .5, 1, 1.5, 2.5, 5, 10, 30, 60, 300, 1800},
	}, []string{"limit", "late"})}
}

// ShowLimits has the metrics read what the governor counts. Call it once.
func (m *Metrics) ShowLimits(usage func() governor.Usage) {
	m.limits.usage = usage
	m.registry.MustRegister(m.limits)
}

// Waited notes how long a call waited for Graph's limits.
func (m *Metrics) Waited(limit string, late bool, wait time.Duration) {
	m.limits.waits.WithLabelValues(limit, strconv.FormatBool(late)).Observe(wait.Seconds())
}

// Describe implements prometheus.Collector.
func (l *limits) Describe(descs chan<- *prometheus.Desc) {
	l.waits.Describe(descs)
	for _, d := range []*prometheus.Desc{throttledDesc, waitingDesc, usedDesc, exchangesDesc} {
		descs <- d
	}
}

// Collect implements prometheus.Collector.
func (l *limits) Collect(metrics chan<- prometheus.Metric) {
	l.waits.Collect(metrics)
	u := l.usage()
	metrics <- prometheus.MustNewConstMetric(exchangesDesc, prometheus.CounterValue, float64(u.Exchanges))
	for _, row := range u.Rows {
		metrics <- prometheus.MustNewConstMetric(throttledDesc, prometheus.CounterValue, float64(row.Throttled), row.Name)
		metrics <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(row.Waiting), row.Name)
		metrics <- prometheus.MustNewConstMetric(usedDesc, prometheus.GaugeValue, row.Utilisation, row.Name)
	}
}
