package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tocsin/model"
	"tocsin/store/channels"
	"tocsin/store/outbox"
)

// channelPasswordFile names a file with the password of a channel where nobody
// is to be asked. A password is never on the command line or in the environment.
const channelPasswordFile = "TOCSIN_CHANNEL_PASSWORD_FILE"

// channelFlags are what a channel is set to.
type channelFlags struct {
	kind, server, tls, from, user    string
	anywhere, private                bool
	to                               []string
	password, secret, recipients, ca string // files
	pace                             float64
	lines                            int
}

func (a *app) channelSetCommand() *cobra.Command {
	var given channelFlags
	cmd := &cobra.Command{
		Use:   "set NAME [--kind email|webhook|manual] …",
		Short: "Make a channel, or change one",
		Long: `Makes a channel, or changes what is given of one that is there. The password is
asked for at the terminal, read from --password-file, or from the file that
TOCSIN_CHANNEL_PASSWORD_FILE names.

Mail goes over TLS, with the server's certificate verified: --tls starttls (the
usual) or implicit. --tls none reaches this machine alone; to send over a network
that anybody in between can read takes --unprotected too. A password never
leaves without TLS.

--to are a channel's own recipients, such as the leadership: for notices that go
to no group of customers. A webhook has one, its URL, which is often a secret
itself: --to-file reads it. What is posted is signed as the Standard Webhooks
specification says; without --secret-file a secret is made and shown once. A
webhook does not reach this machine or private networks without
--private-network.`,
		Example: `  tocsin channel set mail --server smtp.example.com:587 --from "Example Security <security@example.com>" --user tocsin
  tocsin channel set leadership --server smtp.example.com:465 --tls implicit --from security@example.com --to ceo@example.com --to cto@example.com
  tocsin channel set war-room --kind webhook --to-file hook.url
  tocsin channel set dpa-portal --kind manual`,
		Args: words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				return a.setChannel(ctx, s, args[0], cmd.Flags(), given)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.kind, "kind", "", "email (the usual), webhook or manual")
	flags.StringVar(&given.server, "server", "", "the mail server: host:port")
	flags.StringVar(&given.tls, "tls", "", "starttls (the usual), implicit or none")
	flags.BoolVar(&given.anywhere, "unprotected", false, "with --tls none: send over networks that anybody in between can read")
	flags.StringVar(&given.from, "from", "", "who messages are from: an address, or a name and an address in angle brackets")
	flags.StringVar(&given.user, "user", "", "who logs in at the server")
	flags.StringVar(&given.password, "password-file", "", "file with the password in its first line")
	flags.StringArrayVar(&given.to, "to", nil, "recipient of its own, as often as there are; a webhook's URL")
	flags.StringVar(&given.recipients, "to-file", "", "file with recipients of its own, one to a line")
	flags.Float64Var(&given.pace, "pace", 0, "messages a second to one domain, at most; 0 is as fast as it goes")
	flags.IntVar(&given.lines, "connections", 0, "connections at once; 0 is 4")
	flags.StringVar(&given.secret, "secret-file", "", "file with the secret that a webhook is signed with")
	flags.BoolVar(&given.private, "private-network", false, "a webhook may reach this machine and private networks")
	flags.StringVar(&given.ca, "ca-file", "", "file of certificates in PEM that are taken beside those of the system")
	completeWords(cmd, "kind", string(model.EmailChannel), string(model.WebhookChannel), string(model.ByHandChannel))
	completeWords(cmd, "tls", string(outbox.StartTLS), string(outbox.Implicit), string(outbox.Plain))
	return cmd
}

func (a *app) setChannel(ctx context.Context, s *session, name string, flags *pflag.FlagSet, given channelFlags) error {
	if !s.actor.Role.May(model.SetChannel{}.Kind()) {
		return s.change(ctx, model.SetChannel{}) // which says why not
	}
	folder, err := s.channelsOf(s.space.ID())
	if err != nil {
		return err
	}
	name = strings.ToLower(model.CleanLine(name))
	before, err := folder.Get(name)
	if err != nil && !errors.Is(err, channels.ErrNone) {
		return &storeError{err: err}
	}
	settings := channels.Settings{Name: name, Kind: model.EmailChannel}
	if before != nil {
		settings = *before
	}
	made, err := a.applyChannel(&settings, flags, given)
	if err != nil {
		return err
	}
	if err := settings.Check(); err != nil {
		return &model.Refusal{Reason: err.Error()}
	}
	if err := s.keepChannel(ctx, folder, before, settings); err != nil {
		return err
	}
	if made {
		s.out.indented(0, fmt.Sprintf("What it posts is signed with this secret, which is shown this once: %s", string(settings.Secret)), notice)
	}
	return nil
}

// keepChannel seals settings and records that they are there. Where that is
// refused, what was sealed before is put back.
func (s *session) keepChannel(ctx context.Context, folder *channels.Folder, before *channels.Settings, settings channels.Settings) error {
	digest, err := folder.Digest(&settings)
	if err != nil {
		return &storeError{err: err}
	}
	if err := folder.Put(settings); err != nil {
		return &storeError{err: err}
	}
	refused := s.change(ctx, model.SetChannel{Channel: settings.Channel(digest)})
	switch {
	case refused == nil:
		return nil
	case before != nil:
		err = folder.Put(*before)
	default:
		err = folder.Remove(settings.Name)
	}
	if err != nil {
		return errors.Join(refused, &storeError{err: err})
	}
	return refused
}

// applyChannel takes what was given into settings. made says that a secret was
// made for a webhook.
func (a *app) applyChannel(s *channels.Settings, flags *pflag.FlagSet, given channelFlags) (made bool, err error) {
	for name, take := range map[string]func(){
		"kind":            func() { s.Kind = model.ChannelKind(strings.ToLower(given.kind)) },
		"server":          func() { s.Server = model.CleanLine(given.server) },
		"tls":             func() { s.Security = outbox.Security(strings.ToLower(given.tls)) },
		"unprotected":     func() { s.Anywhere = given.anywhere },
		"from":            func() { s.From = given.from },
		"to":              func() { s.To = given.to },
		"pace":            func() { s.Pace = max(0, given.pace) },
		"connections":     func() { s.Lines = min(max(0, given.lines), 50) },
		"private-network": func() { s.Own = given.private },
	} {
		if flags.Changed(name) {
			take()
		}
	}
	if given.recipients != "" {
		more, err := readLines("--to-file", given.recipients)
		if err != nil {
			return false, err
		}
		s.To = append(s.To[:len(s.To):len(s.To)], more...)
	}
	if given.ca != "" {
		pem, err := readBounded("--ca-file", given.ca, maxListFile)
		if err != nil {
			return false, err
		}
		s.Roots = string(pem)
	}
	if err := a.applyPassword(s, flags, given); err != nil {
		return false, err
	}
	return a.applySecret(s, given)
}

// applyPassword takes the password of whoever logs in. Another user has another
// password; without a user there is none.
func (a *app) applyPassword(s *channels.Settings, flags *pflag.FlagSet, given channelFlags) error {
	if flags.Changed("user") {
		s.User, s.Password = model.CleanLine(given.user), ""
	}
	file := cmp.Or(given.password, a.named(channelPasswordFile))
	switch {
	case s.User == "" || s.Kind != model.EmailChannel:
		s.User, s.Password = "", ""
		return nil
	case file == "" && s.Password != "":
		return nil
	}
	password, err := a.channelPassword(file, fmt.Sprintf("Password of %s at %s: ", s.User, s.Server))
	if err == nil && len(password) == 0 {
		err = errors.New("it is empty")
	}
	if err != nil {
		return model.Refuse(model.Field("password", err.Error(), "--password-file FILE, or a terminal to ask on"))
	}
	s.Password = outbox.Secret(password)
	clear(password)
	return nil
}

func (a *app) channelPassword(file, question string) ([]byte, error) {
	if file != "" {
		return readPassphrase(file)
	}
	return a.ask(question, channelPasswordFile)
}

// applySecret takes the secret that a webhook is signed with, or makes one.
func (a *app) applySecret(s *channels.Settings, given channelFlags) (made bool, err error) {
	switch {
	case s.Kind != model.WebhookChannel:
		s.Secret = ""
	case given.secret != "":
		text, err := readPassphrase(given.secret)
		if err != nil {
			return false, model.Refuse(model.Field("--secret-file", err.Error(), "a file with the secret in its first line"))
		}
		s.Secret = outbox.Secret(strings.TrimSpace(string(text)))
	case s.Secret == "":
		if s.Secret, err = newHookSecret(); err != nil {
			return false, &storeError{err: err}
		}
		return true, nil
	}
	return false, nil
}

func newHookSecret() (outbox.Secret, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return outbox.Secret("whsec_" + base64.StdEncoding.EncodeToString(key)), nil
}

// maxListFile bounds what is read of a file of recipients or certificates.
const maxListFile = 256 << 10

// readLines reads the lines of a file, but for empty ones and those that begin
// with #.
func readLines(field, name string) ([]string, error) {
	text, err := readBounded(field, name, maxListFile)
	if err != nil {
		return nil, err
	}
	var lines []string
	scanner := bufio.NewScanner(bytes.NewReader(text))
	for scanner.Scan() {
		if line := strings.TrimSpace(scanner.Text()); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines, scanner.Err()
}
