package main

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
	"tocsin/model/policy"
)

// Groups that the help lists the verbs in.
const (
	groupRead   = "read"
	groupWork   = "work"
	groupEnd    = "end"
	groupRecord = "record"
)

const rootLong = `Tocsin keeps a team's promises about security incidents: it records what
happened and who decided what, and shows which notice is due when, and why.

Without a verb it opens the live console. Where nobody sits at a terminal it
prints the queue instead and never asks anything.

Incidents are named INC-2026-0007, 2026-7, or 7 for this year's. Times are
written 2006-01-02 15:04, 15:04, now, -2h, 2h ago, or in RFC 3339; without an
offset they are in the space's zone. Where a text is -, standard input is read.

Exit codes: 0 done, 1 refused (standard error says why), 2 not a command line,
3 trouble with the record.`

func (a *app) rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "tocsin",
		Short: "An incident-response console for the terminal",
		Long:  rootLong,
		Example: `  tocsin
  tocsin demo
  tocsin report --title "Mailbox forwards to an outside address"
  tocsin deadlines --within 24h`,
		Args: a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.runConsole(cmd) },

		PersistentPreRunE: a.admit,
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.data, "data", "", "directory of the record (else TOCSIN_DATA, else XDG_DATA_HOME/tocsin, else ~/.local/share/tocsin)")
	flags.StringVar(&a.space, "space", cmp.Or(a.space, "main"), "the organisation's space within the record")
	flags.StringVar(&a.as, "as", "", "who is acting (else TOCSIN_USER, else the system's user)")
	root.Flags().BoolVar(&a.json, "json", false, "print the queue as JSON, see tocsin help json")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if read := cmd.Flags().Args(); !cmd.HasParent() && len(read) > 0 {
			return a.noVerb(cmd, read) // its flags are nobody's
		}
		return usage(cmd, "%w", err)
	})
	root.AddGroup(
		&cobra.Group{ID: groupRead, Title: "look"},
		&cobra.Group{ID: groupWork, Title: "work on an incident"},
		&cobra.Group{ID: groupEnd, Title: "end one"},
		&cobra.Group{ID: groupRecord, Title: "the record, and more"},
	)
	a.addVerbs(root)
	return root
}

func (a *app) addVerbs(root *cobra.Command) {
	add := func(group string, verbs ...*cobra.Command) {
		for _, verb := range verbs {
			verb.GroupID = group
			root.AddCommand(verb)
		}
	}
	add(groupRead, a.queueCommand(), a.showCommand(), a.timelineCommand(), a.deadlinesCommand(), a.remindersCommand(), a.reportsCommand(), a.approvalsCommand(), a.dueCommand(), a.wallCommand(), a.plainCommand())
	add(groupWork,
		a.reportCommand(), a.describeCommand(), a.triageCommand(), a.factCommand(), a.severityCommand(), a.phaseCommand(), a.taskCommand(),
		a.assignCommand(), a.acknowledgeCommand(), a.noteCommand(), a.noticeCommand(), a.affectedCommand(), a.evidenceCommand(), a.holdCommand(), a.waiveCommand(), a.suspendCommand(), a.packsCommand(), a.linkCommand())
	add(groupEnd, a.closeCommand(), a.duplicateCommand(), a.mergeCommand(), a.falsePositiveCommand(), a.reopenCommand(), a.deleteCommand())
	add(groupRecord, a.setupCommand(), a.importCommand(), a.policyCommand(), a.vaultCommand(), a.backupCommand(), a.restoreCommand(), a.exportCommand(), a.auditCommand(), a.retentionCommand(), a.peopleCommand(), a.channelCommand(), a.inboxCommand(), a.sessionsCommand(), a.serveCommand(), a.doctorCommand(), a.demoCommand(), a.versionCommand())
	add(groupRecord, jsonHelp(), keysHelp())
	root.SetHelpCommandGroupID(groupRecord)
	root.InitDefaultHelpCmd()
	if help, _, err := root.Find([]string{"help"}); err == nil {
		help.Args = a.helpOn
	}
	root.SetCompletionCommandGroupID(groupRecord)
}

// noVerb refuses words after tocsin, or after a verb that has verbs of its own,
// that are none of these, with the nearest one.
func (a *app) noVerb(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	what := "a verb"
	if cmd.HasParent() {
		what += " of " + cmd.Name()
	}
	var verbs []string
	for _, verb := range cmd.Commands() {
		verbs = append(verbs, verb.Name())
	}
	if near := policy.Nearest(strings.ToLower(args[0]), verbs); near != "" {
		return usage(cmd, "%q is not %s: did you mean %s?", args[0], what, near)
	}
	return usage(cmd, "%q is not %s", args[0], what)
}

// helpOn refuses to explain what is no verb.
func (a *app) helpOn(cmd *cobra.Command, args []string) error {
	about, rest, err := cmd.Root().Find(args)
	if err != nil {
		return usage(cmd.Root(), "%w", err)
	}
	if len(rest) > 0 && about.HasSubCommands() {
		return a.noVerb(about, rest)
	}
	return nil
}

// words asks for as many arguments as a verb has, named as its help names them.
func words(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usage(cmd, "too few words: %s", cmd.UseLine())
		case len(args) > most:
			return usage(cmd, "too many words from %q on: %s", args[most], cmd.UseLine())
		}
		return nil
	}
}

// reading gives a verb that reads its --json flag.
func (a *app) reading(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().BoolVar(&a.json, "json", false, "print JSON, see tocsin help json")
	return cmd
}

// aboutIncident runs a verb whose first argument names an incident.
func (a *app) aboutIncident(work func(ctx context.Context, s *session, standing *model.Standing, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		return a.withSession(cmd, func(ctx context.Context, s *session) error {
			standing, err := s.incident(args[0])
			if err != nil {
				return err
			}
			return work(ctx, s, standing, args[1:])
		})
	}
}
