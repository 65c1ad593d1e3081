package main

import (
	"time"

	"github.com/spf13/cobra"

	"tocsin/model"
)

// delayFlags are the words of a delay as typed.
type delayFlags struct {
	from, until, by, evidence, reason, at string

	lift bool
}

func (a *app) suspendCommand() *cobra.Command {
	var given delayFlags
	cmd := a.verb("suspend ID RULE", "Record an evidenced delay of an obligation, such as law enforcement asks for", 2, 2, func(s *session, id model.ID, args []string) (model.Command, error) {
		key, err := s.ruleKey(id, args[0])
		if err != nil {
			return nil, err
		}
		from, until, at, err := s.delayTimes(given)
		if err != nil {
			return nil, err
		}
		if given.lift && given.until+given.from+given.by+given.evidence != "" {
			return nil, model.Refuse(model.Field("--lift", "ends a delay", "--reason and --at beside it"))
		}
		if given.lift {
			return model.Lift{Incident: id, Key: key, At: at, Reason: given.reason}, nil
		}
		return model.Suspend{Incident: id, Key: key, From: from, Until: until, Requester: given.by, Evidence: given.evidence, Reason: given.reason}, nil
	})
	cmd.Long = `Records that an authority asked for a delay of what a rule asks for. Only rules
whose source knows such a delay take one; it needs evidence and an end. When it
ends the clock goes on by itself, as the rule says: the due time is then the
end of the delay, or later by as much as the delay took. A later one extends
it; --lift ends it early.`
	cmd.Example = `  tocsin suspend 7 item-105 --until "2026-12-18 12:00" --by "Attorney General" --evidence "letter of 19 November"
  tocsin suspend 7 item-105 --lift --reason "the arrest was made"`
	flags := cmd.Flags()
	flags.StringVar(&given.until, "until", "", "when the delay ends by itself")
	flags.StringVar(&given.from, "from", "", "since when it is asked for (else now)")
	flags.StringVar(&given.by, "by", "", "the authority or person who asks for it")
	flags.StringVar(&given.evidence, "evidence", "", "the document, statement or note that shows it")
	flags.StringVar(&given.reason, "reason", "", "why it is asked for, or with --lift why it ends")
	flags.BoolVar(&given.lift, "lift", false, "end the delay before it expires")
	flags.StringVar(&given.at, "at", "", "with --lift, when it ended (else now)")
	cmd.ValidArgsFunction = a.completeThen(completeRules)
	return cmd
}

func (s *session) delayTimes(given delayFlags) (from, until, at time.Time, err error) {
	if from, err = s.readTime("from", given.from); err != nil {
		return from, until, at, err
	}
	if until, err = s.readTime("until", given.until); err != nil {
		return from, until, at, err
	}
	at, err = s.readTime("at", given.at)
	return from, until, at, err
}
