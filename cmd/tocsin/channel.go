package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/store/channels"
)

// channelsFolder, in the data directory, holds how channels are entered.
const channelsFolder = "channels"

const channelLong = `A channel is a way for notices out of the building: a mail server (email), a
machine that takes posts over HTTPS (webhook), or something that people do by
hand and that has a name of its own (manual). The channel manual is always there.
Until a channel is set nothing leaves.

Passwords, secrets and a channel's own recipients lie sealed in the data
directory, under a key of the vault. The record says which channels there are,
who set them and when, and a digest by which a change shows. Backups leave the
secrets out: whoever goes on with a restored record sets its channels again.`

func (a *app) channelCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "channel",
		Short: "Set the ways by which notices leave, list or try them",
		Long:  channelLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the channels? set, list, test or remove")
		},
	}
	cmd.AddCommand(a.channelSetCommand(), a.channelListCommand(), a.channelTestCommand(), a.channelRemoveCommand())
	return cmd
}

// channelsOf is how the channels of a space are entered, opened once.
func (h *house) channelsOf(space string) (*channels.Folder, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if folder, ok := h.ways[space]; ok {
		return folder, nil
	}
	key, err := h.store.Vault().Seed("channels")
	if err != nil {
		return nil, &storeError{err: err}
	}
	folder, err := channels.Open(filepath.Join(h.dir, channelsFolder), space, key)
	if err != nil {
		return nil, &storeError{err: err}
	}
	if h.ways == nil {
		h.ways = make(map[string]*channels.Folder)
	}
	h.ways[space] = folder
	return folder, nil
}

// errOtherSettings means that what is sealed is not what the record names.
var errOtherSettings = errors.New("its settings here are not those that the record names: set it again")

// way is how a channel of the record is entered. It matches channels.ErrNone
// where that is not here, and errOtherSettings.
func (h *house) way(space string, channel model.Channel) (*channels.Settings, error) {
	folder, err := h.channelsOf(space)
	if err != nil {
		return nil, err
	}
	settings, err := folder.Get(channel.Name)
	if err != nil {
		return nil, fmt.Errorf("channel %s: %w", channel.Name, err)
	}
	if digest, err := folder.Digest(settings); err != nil || digest != channel.Digest {
		return nil, errors.Join(fmt.Errorf("channel %s: %w", channel.Name, errOtherSettings), err)
	}
	return settings, nil
}

// knownChannel finds a channel that was set.
func (s *session) knownChannel(name string) (model.Channel, error) {
	all := s.snapshot().Meta.Channels
	names := make([]string, len(all))
	for k, c := range all {
		if names[k] = c.Name; c.Name == name {
			return c, nil
		}
	}
	return model.Channel{}, unknown("channel", name, names)
}

// channelView is a channel, as it is printed.
type channelView struct {
	Name       string `json:"name"`
	Kind       string `json:"kind" help:"email, webhook or manual"`
	Server     string `json:"server"`
	Security   string `json:"security" help:"starttls, implicit or none"`
	From       string `json:"from"`
	Recipients int    `json:"recipients" help:"its own, for notices to no group of customers"`
	By         string `json:"by"`
	At         stamp  `json:"at" help:"when it was set last"`
	Works      bool   `json:"ready" help:"its settings are here"`
	Why        string `json:"why" help:"why not"`
}

func (a *app) channelListCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "list",
		Short: "List the channels",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printChannels(s) })
		},
	})
}

func (a *app) printChannels(s *session) error {
	g, views := s.gather(), []channelView{}
	for _, c := range s.snapshot().Meta.Channels {
		view := channelView{
			Name: c.Name, Kind: string(c.Kind), Server: c.Server, Security: c.Security, From: c.From, Recipients: c.Recipients, By: c.By, At: g.stamp(c.At), Works: true,
		}
		if _, err := s.way(s.space.ID(), c); err != nil {
			view.Works, view.Why = false, err.Error()
		}
		views = append(views, view)
	}
	if a.json {
		return s.out.printJSON(views)
	}
	if len(views) == 0 {
		s.out.printf("No channel is set, so nothing leaves. tocsin channel set makes one.")
		return nil
	}
	t := newTable(column{title: "name"}, column{title: "kind"}, column{title: "server", flexible: true}, column{title: "tls"}, column{title: "from", flexible: true}, column{title: "own recipients"}, column{title: "set"}, column{title: "", flexible: true})
	for _, v := range views {
		t.add(painted{v.Name, strong}, painted{v.Kind, plain}, painted{v.Server, plain}, painted{v.Security, quiet}, painted{v.From, plain}, painted{fmt.Sprint(v.Recipients), quiet},
			painted{v.At.Format("2006-01-02") + " by " + v.By, quiet}, painted{v.Why, warning})
	}
	t.write(s.out)
	return nil
}

func (a *app) channelRemoveCommand() *cobra.Command {
	var reason string
	cmd := &cobra.Command{
		Use:     "remove NAME --reason TEXT",
		Short:   "Take a channel away: nothing leaves by it any more",
		Long:    "Destroys how the channel is entered. What was released to it waits until a channel\nof that name is set again.",
		Example: `  tocsin channel remove mail --reason "another provider from today on"`,
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				if err := s.change(ctx, model.RemoveChannel{Name: args[0], Reason: reason}); err != nil {
					return err
				}
				folder, err := s.channelsOf(s.space.ID())
				if err != nil {
					return err
				}
				if err := folder.Remove(model.CleanLine(args[0])); err != nil {
					return &storeError{err: err}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&reason, "reason", "", "why nothing leaves by it any more")
	return cmd
}
