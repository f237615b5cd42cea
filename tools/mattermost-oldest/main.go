// Command mattermost-oldest is the oldest real Mattermost server that can be built (9.9), built from its Go module for
// the tests on the oldest server.
// It is never linked into anything that ships: the server is AGPL-licensed.
package main

import (
	"os"

	"github.com/mattermost/mattermost/server/v8/cmd/mattermost/commands"
	_ "github.com/mattermost/mattermost/server/v8/channels/app/slashcommands" // registers the built-in slash commands
)

func main() {
	if err := commands.Run(os.Args[1:]); err != nil {
		os.Exit(1)
	}
}
