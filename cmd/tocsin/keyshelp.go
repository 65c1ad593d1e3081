package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/tui"
)

const keysIntro = `The console's keys, by action. In settings.toml a [keys] table gives an action
other keys, or none:

  theme = "light"          # auto, dark, light or contrast
  mouse = false

  [reminders]              # beside being shown, a reminder that comes up
  bell = true              # rings the terminal's bell, once for each level
  notify = false           # asks the terminal to notify the desktop (OSC 9)

  [keys]
  note = ["N", "ctrl+n"]
  mouse = []

`

// keysHelp lists the actions from the table that the console follows.
func keysHelp() *cobra.Command {
	var text strings.Builder
	text.WriteString(keysIntro)
	for _, b := range tui.Bindings() {
		fmt.Fprintf(&text, "  %-16s %-16s %s\n", b.Action, strings.Join(b.Keys, " "), b.Help)
	}
	return topic("keys", "The console's keys, and how to change them", text.String())
}
