package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/tui"
)

func (a *app) wallCommand() *cobra.Command {
	var given config.WallSettings
	cmd := &cobra.Command{
		Use:   "wall",
		Short: "Show a room what is due next, on a screen that nobody works at",
		Long: `Fills the terminal with what a room has to see: what is overdue, the next three
deadlines in digits that grow with the terminal, how many incidents are open at
each severity, and, on pages that turn by themselves, the phase of each. It
gives no commands. When nothing new arrives, or the record takes nothing, it
says since when it is stale.

Of an incident above the limit of --tlp it shows the severity and the countdown
alone. What is not given is as the settings have it, under [wall]:

  [wall]
  zones = ["Europe/Berlin", "America/New_York"]   # else the space's own and UTC
  tlp = "AMBER"
  page_seconds = 15

Space and the arrows turn the page, p holds it, q leaves. With reduced_motion a
page stays for a minute at least.`,
		Example: `  tocsin wall
  tocsin wall --tlp GREEN --zones Europe/Berlin,Asia/Tokyo --page 30`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runWall(cmd, given) },
	}
	flags := cmd.Flags()
	flags.StringVar(&given.TLP, "tlp", "", "the most restrictive label whose incidents are shown (else the settings', else AMBER)")
	flags.StringSliceVar(&given.Zones, "zones", nil, "zones whose clocks are shown, the first largest")
	flags.IntVar(&given.PageSeconds, "page", 0, "how many seconds a page stays (else the settings', else 15)")
	return cmd
}

// runWall opens the wall, which needs a terminal and somebody to see it.
func (a *app) runWall(cmd *cobra.Command, given config.WallSettings) error {
	dir, err := a.dataDir()
	if err != nil {
		return err
	}
	settings, err := config.LoadSettings(filepath.Join(dir, settingsFile))
	if err != nil {
		return err
	}
	options, err := wallOptions(settings, given)
	if err != nil {
		return err
	}
	if !a.interactive() {
		return model.Refuse(model.Field("wall", "nobody sits at a terminal here", "a terminal; tocsin queue and tocsin deadlines print"))
	}
	ctx, cancel := context.WithCancelCause(cmd.Context())
	defer cancel(nil)
	quiet := *a
	quiet.err = io.Discard // the screen belongs to the wall
	s, err := quiet.open(ctx, cancel)
	if err != nil {
		return err
	}
	if err := s.mayShow(options.Limit, settings.Wall); err != nil {
		return errors.Join(err, s.close())
	}
	options = s.wallOptions(options)
	if a.guest != nil {
		return a.guest.showsWall(ctx, options)
	}
	notice := ""
	done := a.letJoin(ctx, s, &notice)
	if notice != "" {
		fmt.Fprintln(a.err, "tocsin: "+notice) // read when the wall is left
	}
	err = runWall(ctx, options)
	done()
	return errors.Join(err, s.close())
}

// mayShow refuses a wall that shows more than the settings do to those who may
// not read the incidents themselves.
func (s *session) mayShow(limit model.TLP, settings config.WallSettings) error {
	most, err := config.ParseTLP(settings.TLP)
	labels := model.TLPs()
	if err != nil || s.actor.Role.MayRead(incidents) || slices.Index(labels, limit) >= slices.Index(labels, most) {
		return err
	}
	return &model.Refusal{Cause: model.ErrForbidden, Reason: fmt.Sprintf("%s may not see more than TLP:%s as %s: the settings say so ([wall], tlp)", s.actor.Name, most, s.actor.Role)}
}

// runWall shows a wall until it is left. An end that was asked for from outside
// is no error; one that the record forced is.
func runWall(ctx context.Context, options tui.WallOptions) error {
	_, run := tui.NewWallProgram(ctx, options)
	return endOfScreens(ctx, run())
}

// wallOptions are what somebody asked for, else what the settings say.
func wallOptions(settings config.Settings, given config.WallSettings) (tui.WallOptions, error) {
	wall := settings.Wall
	if given.TLP != "" {
		wall.TLP = given.TLP
	}
	if len(given.Zones) > 0 {
		wall.Zones = given.Zones
	}
	if given.PageSeconds != 0 {
		wall.PageSeconds = given.PageSeconds
	}
	limit, err := config.ParseTLP(wall.TLP)
	if err != nil {
		return tui.WallOptions{}, model.Refuse(model.Field("--tlp", err.Error(), ""))
	}
	if err := config.CheckPageSeconds(wall.PageSeconds); err != nil {
		return tui.WallOptions{}, model.Refuse(model.Field("--page", err.Error(), ""))
	}
	options := tui.WallOptions{Limit: limit, Every: time.Duration(wall.PageSeconds) * time.Second, Calm: settings.ReducedMotion, Theme: settings.Theme, Keys: settings.Keys}
	for _, name := range wall.Zones {
		zone, err := config.LoadZone(name)
		if err != nil {
			return tui.WallOptions{}, model.Refuse(model.Field("--zones", err.Error(), ""))
		}
		options.Zones = append(options.Zones, zone)
	}
	return options, nil
}

// wallOptions completes options with the space they are about.
func (s *session) wallOptions(options tui.WallOptions) tui.WallOptions {
	console := s.consoleOptions(config.DefaultSettings())
	options.Space, options.Now, options.Steady = console.Space, console.Now, console.Steady
	options.Fault, options.Writable, options.Health = console.Fault, console.Writable, console.Health
	return options
}
