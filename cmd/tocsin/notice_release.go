package main

import (
	"bufio"
	"context"
	"io"

	"github.com/spf13/cobra"

	"tocsin/model"
)

func (a *app) noticeReleaseCommand() *cobra.Command {
	var digest, dryRun string
	cmd := a.noticeVerb("release ID [NOTICE]", "Let an approved notice go to its recipients", func(ctx context.Context, s *session, i *model.Incident, n model.Notice) error {
		if dryRun != "" {
			return s.rehearse(ctx, i, &n, dryRun)
		}
		typed := bufio.NewReader(io.LimitReader(s.in, 4<<10))
		agreed, err := a.hasRead(ctx, s, i, &n, digest, "Let it go now? What has left cannot be taken back.", typed)
		if err != nil || !agreed {
			return err
		}
		if err := s.change(ctx, model.ReleaseNotice{Incident: i.ID, Notice: n.ID, Digest: n.Digest}); err != nil {
			return err
		}
		if channel, known := s.snapshot().Meta.Channel(n.Channel); !known || channel.Kind == model.ByHandChannel {
			return nil
		}
		return a.letLeave(ctx, s, model.NoticeRef{Incident: i.ID, Notice: n.ID})
	})
	cmd.Long = `Shows the text and whom it goes to, asks, and lets it go by its channel: at once
to everybody, as fast as the channel allows. tocsin notice pause and cancel hold
back what has not left.

With --dry-run nothing is released and nothing leaves: each recipient's message
is written into a new folder as it would be sent, whatever state the notice is in.`
	cmd.Example = `  tocsin notice release 7 N1 --dry-run rehearsal
  tocsin notice release 7 N1`
	digestFlag(cmd, &digest)
	cmd.Flags().StringVar(&dryRun, "dry-run", "", "write the messages into this folder, and send nothing")
	return cmd
}

func (a *app) noticeFileCommand() *cobra.Command {
	var at, received, reference, evidence string
	cmd := a.noticeChange("file ID [NOTICE]", "Record that a notice was filed or published by hand", func(s *session, id model.ID, notice string) (model.Command, error) {
		filed, err := s.readTime("--at", at)
		if err != nil {
			return nil, err
		}
		arrived, err := s.readTime("--received", received)
		return model.FileNotice{Incident: id, Notice: notice, At: filed, Received: arrived, Reference: reference, Evidence: evidence}, err
	})
	cmd.Long = `Records that people filed an approved notice themselves, such as in an authority's
portal, or published it. That meets the rules it answers.`
	cmd.Example = `  tocsin notice file 7 N2 --at 16:40 --reference LDA-2026-1187 --evidence E-3`
	flags := cmd.Flags()
	flags.StringVar(&at, "at", "", "when that was (else now)")
	flags.StringVar(&received, "received", "", "when it was received, where that is known")
	flags.StringVar(&reference, "reference", "", "the recipient's own number")
	flags.StringVar(&evidence, "evidence", "", "a piece of the incident's evidence that shows it, such as E-3")
	return cmd
}

func (a *app) noticePauseCommand() *cobra.Command {
	return a.noticeReasoned("pause ID [NOTICE] --reason TEXT", "Hold back what has not left of a released notice", "why it is to wait", func(id model.ID, notice, reason string) model.Command {
		return model.PauseNotice{Incident: id, Notice: notice, Reason: reason}
	})
}

func (a *app) noticeResumeCommand() *cobra.Command {
	return a.noticeChange("resume ID [NOTICE]", "Let a paused notice go on", func(_ *session, id model.ID, notice string) (model.Command, error) {
		return model.ResumeNotice{Incident: id, Notice: notice}, nil
	})
}

func (a *app) noticeCancelCommand() *cobra.Command {
	return a.noticeReasoned("cancel ID [NOTICE] --reason TEXT", "Keep what has not left of a released notice from leaving, for good", "why the others are not to be told", func(id model.ID, notice, reason string) model.Command {
		return model.CancelNotice{Incident: id, Notice: notice, Reason: reason}
	})
}
