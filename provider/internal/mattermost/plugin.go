// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package mattermost

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"

	"github.com/msteamssync/terraform-provider-msteamssync/internal/catalog"
)

// BuildProp is the entry of the manifest's props that tells two builds of the same version apart: a digest of the
// bundle's content, written when the bundle is packed.
const BuildProp = "build"

// Build returns the digest of the build that a manifest names, or "".
func Build(m *model.Manifest) string {
	build, _ := m.Props[BuildProp].(string)
	return build
}

// State sums up how a plugin runs on all nodes.
type State string

// The states, worst last: a plugin has the worst state of its nodes.
const (
	Running     State = "running"
	Starting    State = "starting"
	Stopped     State = "stopped"
	Failed      State = "failed"
	Unavailable State = "unavailable" // plugins are switched off on the server as a whole
)

// Node is the plugin on one node of the server.
type Node struct {
	ID      string // empty without a cluster
	Version string
	State   State
	Error   string // why it failed, if the server says so
}

// Plugin is the plugin as the server has it.
type Plugin struct {
	Installed bool
	Version   string
	Build     string // see Build
	Enabled   bool
	Nodes     []Node
	Switched  bool // plugins are enabled on the server as a whole
}

// State is the worst state of the nodes.
func (p Plugin) State() State {
	if !p.Switched {
		return Unavailable
	}
	order := []State{Running, Starting, Stopped, Failed}
	worst := Running
	for _, node := range p.Nodes {
		if slices.Index(order, node.State) > slices.Index(order, worst) {
			worst = node.State
		}
	}
	if len(p.Nodes) == 0 {
		return Stopped
	}
	return worst
}

// Plugin looks the plugin up. A server with plugins switched off cannot say whether it is installed.
func (s *Server) Plugin(ctx context.Context) (Plugin, error) {
	cfg, _, err := s.readConfig(ctx)
	if err != nil {
		return Plugin{}, err
	}
	p := Plugin{Enabled: cfg.PluginSettings.PluginStates[catalog.PluginID].Enable}
	if enabled := cfg.PluginSettings.Enable; enabled != nil && !*enabled {
		return p, nil
	}
	p.Switched = true
	installed, err := s.installed(ctx)
	if err != nil {
		return p, err
	}
	manifest, ok := installed[catalog.PluginID]
	if !ok {
		return p, nil
	}
	p.Installed, p.Version, p.Build = true, manifest.Version, Build(manifest)
	p.Nodes, err = s.nodes(ctx)
	return p, err
}

// installed returns the manifests of all installed plugins by id.
func (s *Server) installed(ctx context.Context) (map[string]*model.Manifest, error) {
	api, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	list, response, err := api.GetPlugins(ctx)
	if err != nil {
		return nil, s.failure("list the plugins", statusOf(response), err)
	}
	manifests := map[string]*model.Manifest{}
	for _, info := range slices.Concat(list.Active, list.Inactive) {
		manifests[info.Id] = &info.Manifest
	}
	return manifests, nil
}

func (s *Server) nodes(ctx context.Context) ([]Node, error) {
	api, err := s.client(ctx)
	if err != nil {
		return nil, err
	}
	statuses, response, err := api.GetPluginStatuses(ctx)
	if err != nil {
		return nil, s.failure("read the plugins' states", statusOf(response), err)
	}
	var nodes []Node
	for _, status := range statuses {
		if status.PluginId == catalog.PluginID {
			nodes = append(nodes, Node{ID: status.ClusterId, Version: status.Version, State: stateOf(status.State), Error: status.Error})
		}
	}
	return nodes, nil
}

func stateOf(state int) State {
	switch state {
	case model.PluginStateRunning:
		return Running
	case model.PluginStateStarting:
		return Starting
	case model.PluginStateFailedToStart, model.PluginStateFailedToStayRunning:
		return Failed
	}
	return Stopped
}

// Install uploads a bundle, replacing an installed plugin of the same id. An enabled plugin is started at once; that it
// fails to start is an error here although the bundle is then installed.
func (s *Server) Install(ctx context.Context, bundle io.Reader) error {
	return s.exclusively(ctx, func() error {
		api, err := s.client(ctx)
		if err != nil {
			return err
		}
		_, response, err := api.UploadPluginForced(ctx, bundle)
		if err != nil {
			return s.failure("upload the plugin", statusOf(response), err)
		}
		return nil
	})
}

// Enable switches the plugin on.
func (s *Server) Enable(ctx context.Context) error {
	return s.switchPlugin(ctx, "enable the plugin", (*model.Client4).EnablePlugin)
}

// Disable switches the plugin off.
func (s *Server) Disable(ctx context.Context) error {
	return s.switchPlugin(ctx, "disable the plugin", (*model.Client4).DisablePlugin)
}

// Remove switches the plugin off and deletes it from the server. It is no error if it is not there.
func (s *Server) Remove(ctx context.Context) error {
	err := s.switchPlugin(ctx, "remove the plugin", (*model.Client4).RemovePlugin)
	if IsNotFound(err) {
		return nil
	}
	return err
}

func (s *Server) switchPlugin(ctx context.Context, doing string, do func(*model.Client4, context.Context, string) (*model.Response, error)) error {
	return s.exclusively(ctx, func() error {
		api, err := s.client(ctx)
		if err != nil {
			return err
		}
		if response, err := do(api, ctx, catalog.PluginID); err != nil {
			return s.failure(doing, statusOf(response), err)
		}
		return nil
	})
}

// AwaitRunning returns when every node of the server runs this version of the plugin, or with the reason why one does not.
func (s *Server) AwaitRunning(ctx context.Context, version string) error {
	size := s.clusterSize(ctx)
	return s.policy.Await(ctx, fmt.Sprintf("plugin %s %s to run on every node of %s", catalog.PluginID, version, s.cfg.URL),
		func(ctx context.Context) (bool, error) {
			nodes, err := s.nodes(ctx)
			if err != nil {
				return false, err
			}
			running := 0
			for _, node := range nodes {
				if node.State == Failed {
					return false, s.startFailure(node)
				}
				if node.State == Running && node.Version == version {
					running++
				}
			}
			return running > 0 && running == len(nodes) && running >= size, nil
		})
}

func (s *Server) startFailure(node Node) error {
	where := ""
	if node.ID != "" {
		where = " on node " + node.ID
	}
	message := "the plugin did not start" + where
	if node.Error != "" {
		message += ": " + strings.TrimSpace(node.Error)
	}
	return &Error{Doing: "start the plugin", URL: s.cfg.URL, Message: message,
		Mend: "The server's log says why (search it for " + catalog.PluginID + "). The plugin needs PostgreSQL and a free executable place for its binary; a file system mounted noexec cannot run it."}
}

// clusterSize is the number of nodes that the server knows of; 1 without a cluster or without the right to ask.
func (s *Server) clusterSize(ctx context.Context) int {
	api, err := s.client(ctx)
	if err != nil {
		return 1
	}
	nodes, response, err := api.GetClusterStatus(ctx)
	if err != nil || response.StatusCode != http.StatusOK {
		return 1
	}
	return max(1, len(nodes))
}
