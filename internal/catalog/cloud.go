// Copyright (c) The terraform-provider-msteamssync authors
// SPDX-License-Identifier: MPL-2.0

package catalog

import "maps"

// Cloud is a Microsoft cloud: where to log in, where Graph and Azure Resource Manager answer.
type Cloud struct {
	LoginURL           string // authority host, no trailing slash
	GraphURL           string // without the version, no trailing slash
	ResourceManagerURL string // no trailing slash
	ResourceManagerAud string // audience of tokens for Azure Resource Manager
	PortalURL          string // Azure portal, for links in messages
}

// CustomCloud is the name of a cloud whose addresses are given one by one (the emulator, a proxy).
const CustomCloud = "custom"

// clouds are Microsoft's national clouds. Source: Graph docs, "National cloud deployments".
var clouds = map[string]Cloud{
	"public":   {"https://login.microsoftonline.com", "https://graph.microsoft.com", "https://management.azure.com", "https://management.core.windows.net/", "https://portal.azure.com"},
	"usgov":    {"https://login.microsoftonline.us", "https://graph.microsoft.us", "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net/", "https://portal.azure.us"},
	"usgovdod": {"https://login.microsoftonline.us", "https://dod-graph.microsoft.us", "https://management.usgovcloudapi.net", "https://management.core.usgovcloudapi.net/", "https://portal.azure.us"},
	"china":    {"https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn", "https://management.chinacloudapi.cn", "https://management.core.chinacloudapi.cn/", "https://portal.azure.cn"},
}

// CloudByName returns a national cloud by the name used in settings: public, usgov, usgovdod or china.
func CloudByName(name string) (Cloud, bool) {
	c, ok := clouds[name]
	return c, ok
}

// Clouds returns the national clouds by name.
func Clouds() map[string]Cloud { return maps.Clone(clouds) }
