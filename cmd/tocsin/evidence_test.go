package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tocsin/model"
	"tocsin/tui"
)

// slowEvidence is evidence on a disk that waits at half of every work until it
// is told to go on.
type slowEvidence struct {
	space tui.Space
	goOn  chan error
	found model.Integrity
}

func (s *slowEvidence) work(ctx context.Context, told tui.Told) error {
	told(1e9, 2e9)
	select {
	case err := <-s.goOn:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slowEvidence) Add(ctx context.Context, _ string, command model.AddEvidence, told tui.Told) error {
	if err := s.work(ctx, told); err != nil {
		return err
	}
	command.SHA256, command.Size = strings.Repeat("ab", 32), 2e9
	_, err := s.space.Do(ctx, model.Actor{Name: demoActor, Role: model.Owner}, command)
	return err
}

func (s *slowEvidence) Verify(ctx context.Context, id model.ID, item model.Evidence, told tui.Told) (model.Integrity, error) {
	if err := s.work(ctx, told); err != nil {
		return model.Unverified, err
	}
	_, err := s.space.Do(ctx, model.Actor{Name: demoActor, Role: model.Owner}, model.VerifyEvidence{Incident: id, Item: item.ID, Found: s.found})
	return s.found, err
}

func (s *slowEvidence) Export(ctx context.Context, id model.ID, item model.Evidence, _, reason string, told tui.Told) error {
	if err := s.work(ctx, told); err != nil {
		return err
	}
	_, err := s.space.Do(ctx, model.Actor{Name: demoActor, Role: model.Owner}, model.ExportEvidence{Incident: id, Item: item.ID, Reason: reason})
	return err
}

// onEvidence opens the evidence of the incident with three pieces.
func onEvidence(t *testing.T, width, height int, then func(x *terminal, slow *slowEvidence)) {
	t.Helper()
	if _, err := storyEvents(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		options := storyOptions(t, "dark")
		slow := &slowEvidence{space: options.Space, goOn: make(chan error)}
		options.Evidence = slow
		x := openTerminal(t, options, width, height).press("down", "down", "enter", "shift+tab").sees("[Evidence 3]")
		then(x, slow)
	})
}

func TestConsoleTakesEvidenceIn(t *testing.T) {
	onEvidence(t, 80, 24, func(x *terminal, slow *slowEvidence) {
		x.press("b").sees("Add evidence to INC-2026-0009").press("ctrl+s").sees("is empty; accepted: the path of a file")
		x.write("/tmp/disk.img").press("tab").write(strings.Repeat("x", 201)).press("ctrl+s").sees("has 201 characters")
		for range 201 {
			x.program.Send(keyPress("backspace"))
		}
		x.write("Disk of the relay").press("ctrl+s").pass(time.Second).sees("storing disk.img", "50% of 2.0 GB", "Z stops it").golden("evidence-storing")
		x.press("b").sees("something is under way: storing disk.img").press("q").sees("storing disk.img would be stopped; the same key again leaves all the same").press("down")

		// What fails says why, and loses nothing of what was typed.
		slow.goOn <- errors.New("file: it cannot be read")
		x.pass(time.Second).sees("file: it cannot be read").lacks("50%").press("b").sees("What you had typed is still here", "/tmp/disk.img", "Disk of the relay")
		x.press("ctrl+s").pass(time.Second).sees("50%")
		slow.goOn <- nil
		x.pass(time.Second).sees("disk.img is stored and recorded", "[Evidence 4]", "E-4", "2.0 GB")

		// It can be stopped.
		x.press("b").write("/tmp/other.img").press("ctrl+s").sees("storing other.img").press("Z").pass(time.Second).sees("stopped; nothing of it is kept", "[Evidence 4]")
		x.press("Z").sees("nothing is under way")
	})
}

func TestConsoleVerifiesAndExports(t *testing.T) {
	onEvidence(t, 120, 40, func(x *terminal, slow *slowEvidence) {
		slow.found = model.Changed
		x.press("V").sees("verifying E-1").pass(time.Second).sees("50% of 2.0 GB")
		slow.goOn <- nil
		x.pass(time.Second).sees("E-1 is verified: ≠ changed", "≠ changed, 10:20 by Amara Okafor")
		slow.found = model.Intact
		x.press("down", "V")
		slow.goOn <- nil
		x.pass(time.Second).sees("E-2 is verified: ✓ intact")

		// A copy leaves the record only when somebody says so.
		x.press("X").sees("A copy leaves the record").pass(time.Second).write("/tmp/copy").press("tab").write("for the police").press("enter", "enter").lacks("copying E-2")
		x.press("X").pass(time.Second).sees("What you had typed is still here").press("ctrl+s").lacks("copying").press("enter").sees("copying E-2")
		slow.goOn <- nil
		x.pass(time.Second).sees("E-2 is exported to /tmp/copy", "exported by Amara Okafor", "for the police")
	})
}

func TestConsoleRecordsCustody(t *testing.T) {
	onEvidence(t, 200, 50, func(x *terminal, _ *slowEvidence) {
		x.press("c").sees("Held by Kwame Boateng").press("ctrl+s").sees("is empty; accepted: who holds it from now on")
		x.write("Priya Raman").press("tab").write("to compare it").press("ctrl+s").sees("the ledger of E-1 has a new step", "transferred: Kwame Boateng → Priya Raman, recorded by Amara Okafor", "to compare it")
		x.press("c", "r", "tab").write("Operations").press("tab").write("done with it").press("ctrl+s").sees("returned to Operations", "– returned")
		x.press("c").sees("Nobody here holds it", "Collected").lacks("Transferred").press("esc")
		// Other tabs have no piece selected.
		x.press("tab", "c").sees("select a piece on the evidence tab")
	})
}

// What the console and the verbs share, on a real record.
func TestCustodian(t *testing.T) {
	dir := t.TempDir()
	s := importSession(t, filepath.Join(dir, "record"))
	ctx := t.Context()
	receipt, err := s.space.Do(ctx, s.actor, model.Report{Title: "Odd log-ins"})
	if err != nil {
		t.Fatal(err)
	}
	id, content := receipt.Incident, bytes.Repeat([]byte("evidence\n"), 100_000)
	path := filepath.Join(dir, "mail\n\x1b[31m.log")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	c := consoleEvidence{custodian{s}, nil}
	var done, total uint64
	told := func(d, t uint64) { done, total = d, t }
	if err := c.Add(ctx, path, model.AddEvidence{Incident: id, Title: "Mail log", Name: filepath.Base(path)}, told); err != nil {
		t.Fatal(err)
	}
	standing, _ := s.snapshot().Incident(id)
	item, err := s.item(standing, "1")
	if err != nil || item.Name != "mail .log" || item.Size != uint64(len(content)) || done != total || done != item.Size {
		t.Fatalf("taken in as %+v, %v, told %d of %d", item, err, done, total)
	}
	if found, err := c.Verify(ctx, id, item, told); found != model.Intact || err != nil {
		t.Errorf("it is %s, %v", found, err)
	}
	target := filepath.Join(dir, "copy")
	if err := c.Export(ctx, id, item, target, "", told); err != nil {
		t.Error(err)
	}
	if copied, err := os.ReadFile(target); err != nil || !bytes.Equal(copied, content) {
		t.Errorf("the copy has %d bytes, %v", len(copied), err)
	}
	if err := c.Export(ctx, id, item, target, "", told); !errors.Is(err, model.ErrRefused) {
		t.Errorf("exported over a file: %v", err)
	}
	// Standard input is the console's own, and no path.
	if err := c.Add(ctx, "-", model.AddEvidence{Incident: id, Title: "T"}, told); !errors.Is(err, model.ErrRefused) {
		t.Errorf("took in the console's input: %v", err)
	}
	checkAuditor(t, c, id, item)
}

// checkAuditor holds that an auditor may verify, and nothing else: it is
// refused before anything is read or written.
func checkAuditor(t *testing.T, c consoleEvidence, id model.ID, item model.Evidence) {
	t.Helper()
	c.actor = model.Actor{Name: "Daniel Osei", Role: model.Auditor}
	seq := c.snapshot().Seq
	target := filepath.Join(t.TempDir(), "copy")
	told := func(uint64, uint64) { t.Error("something was read") }
	if err := c.Export(t.Context(), id, item, target, "", told); !errors.Is(err, model.ErrForbidden) {
		t.Errorf("an auditor exports: %v", err)
	}
	if err := c.Add(t.Context(), "evidence_test.go", model.AddEvidence{Incident: id, Title: "T"}, told); !errors.Is(err, model.ErrForbidden) {
		t.Errorf("an auditor adds: %v", err)
	}
	if _, err := os.Stat(target); !errors.Is(err, fs.ErrNotExist) || c.snapshot().Seq != seq {
		t.Errorf("something came of it: %v, %d events", err, c.snapshot().Seq-seq)
	}
	if found, err := c.Verify(t.Context(), id, item, func(uint64, uint64) {}); found != model.Intact || err != nil {
		t.Errorf("an auditor verifies: %s, %v", found, err)
	}
}

// What was stored and never recorded is found, and removed after its grace.
func TestSweepRemovesWhatNoEvidenceNames(t *testing.T) {
	s := importSession(t, t.TempDir())
	receipt, err := s.space.Do(t.Context(), s.actor, model.Report{Title: "Odd log-ins"})
	if err != nil {
		t.Fatal(err)
	}
	blobs, err := s.blobs()
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"named", "lost"} {
		blob, err := blobs.Put(t.Context(), strings.NewReader(content), nil)
		if err != nil {
			t.Fatal(err)
		}
		if content == "lost" {
			continue // ended before it could record it
		}
		if _, err := s.space.Do(t.Context(), s.actor, model.AddEvidence{Incident: receipt.Incident, Title: "T", Size: blob.Size, SHA256: blob.SHA256}); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		after  time.Duration
		remove bool
		want   string
	}{
		{48 * time.Hour, false, "1 stored and named by no evidence, 0 removed."},
		{time.Hour, true, "1 stored and named by no evidence, 0 removed."},
		{48 * time.Hour, true, "1 stored and named by no evidence, 1 removed."},
		{48 * time.Hour, true, "0 stored and named by no evidence, 0 removed."},
	} {
		s.out.Reset()
		s.now = func() time.Time { return time.Now().Add(step.after) }
		if err := s.sweepEvidence(t.Context(), step.remove); err != nil || !strings.Contains(s.out.String(), step.want) {
			t.Errorf("after %v: %s, %v; want %s", step.after, s.out, err, step.want)
		}
	}
	events, err := s.space.Events(t.Context(), s.snapshot().Seq, 1)
	if err != nil || len(events) != 1 || events[0].Body.Kind() != (*model.UnnamedRemoved)(nil).Kind() {
		t.Errorf("the last event is %+v, %v", events, err)
	}
	standing, _ := s.snapshot().Incident(receipt.Incident)
	if found, err := (custodian{s}).verify(t.Context(), receipt.Incident, standing.Incident.Evidence[0], nil); found != model.Intact || err != nil {
		t.Errorf("what is named is %s, %v", found, err)
	}
}

// What a kill left half written is gone after the next start, whatever that
// is for.
func TestNextStartRemovesWhatIsHalfWritten(t *testing.T) {
	dir := t.TempDir()
	if _, complaint, code := commandLine(t, dir, noon, "report", "--title", "Odd log-ins"); code != exitDone {
		t.Fatal(complaint)
	}
	if _, complaint, code := commandLine(t, dir, noon, "evidence", "add", "1", "evidence_test.go"); code != exitDone {
		t.Fatal(complaint)
	}
	blobs, err := filepath.Glob(filepath.Join(dir, evidenceFolder, "*", "*"))
	if err != nil || len(blobs) != 1 {
		t.Fatalf("stored as %v, %v", blobs, err)
	}
	half := filepath.Join(filepath.Dir(blobs[0]), "new-HALF")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, complaint, code := commandLine(t, dir, noon, "queue"); code != exitDone || complaint != "" {
		t.Fatal(complaint)
	}
	if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if _, complaint, code := commandLine(t, dir, noon, "evidence", "verify", "1"); code != exitDone {
		t.Error(complaint)
	}
}

func TestProgressOfBytes(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out}
	p.bytes("storing", 1<<20)(1 << 20)
	if out.Len() > 0 {
		t.Errorf("a moment's work shows %q", &out)
	}
	tell := p.bytes("storing", 64e6)
	for done := uint64(0); done <= 64e6; done += 16e6 / 4 {
		tell(done)
	}
	if got := out.String(); strings.Count(got, "\r") != 4 || !strings.HasSuffix(got, "storing 100% ━━━━━━━━━━━━━━━━━━━━ 64 MB of 64 MB\x1b[K") {
		t.Errorf("shown: %q", got)
	}
	out.Reset()
	p.bytes("storing", 0)(32 << 20)
	if got := out.String(); got != "\rstoring 34 MB\x1b[K" {
		t.Errorf("with no total: %q", got)
	}
}
