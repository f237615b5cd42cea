// Command mattermost is the real Mattermost server, built from its Go module for tests and the demo.
// It is never linked into anything that ships: the server is AGPL-licensed.
package main

import (
	"os"

	_ "github.com/mattermost/mattermost/server/v8/channels/app/slashcommands" // registers the built-in slash commands
	"github.com/mattermost/mattermost/server/v8/cmd/mattermost/commands"
)

func main() {
	if err := commands.Run(os.Args[1:]); err != nil {
		os.Exit(1)
	}
}
