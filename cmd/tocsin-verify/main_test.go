package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/model/policy"
	"tocsin/store"
	"tocsin/store/bundle"
	"tocsin/store/tree"
)

// program builds the program as an auditor does.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tocsin-verify")
	if output, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%s: %v", output, err)
	}
	return path
}

// record is a real record, and its log as it was handed over.
type record struct {
	dir, key   string
	kept       []byte // a checkpoint of its beginning
	inclusion  []byte
	connection []byte
	stored     [][]byte
	checkpoint []byte
}

func newRecord(t *testing.T) *record {
	t.Helper()
	st, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := st.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	space, err := st.Space(t.Context(), "main")
	if err != nil {
		t.Fatal(err)
	}
	do := func(c model.Command) {
		t.Helper()
		if _, err := space.Do(t.Context(), model.Actor{Name: "Avery Quinn", Role: model.Owner}, c); err != nil {
			t.Fatal(err)
		}
	}
	pack := &policy.Pack{ID: "plain", Version: 1, Title: "Plain", Kind: policy.Procedure}
	do(model.AdoptPack{Pack: pack})
	do(model.Setup{Organisation: "Acme", Zone: "Europe/Berlin", Packs: []policy.Ref{pack.Ref()}})
	do(model.Report{Title: "Mailbox forwards to an outside address"})
	r := &record{key: space.VerifierKey()}
	if r.kept, err = space.Checkpoint(); err != nil {
		t.Fatal(err)
	}
	kept, err := tree.PeekCheckpoint(r.kept)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 300 {
		do(model.AddNote{Incident: space.Snapshot().Queue()[0].Incident.ID, Text: fmt.Sprintf("note %d", k)})
	}
	included, note, err := space.Include(t.Context(), 100)
	if err != nil {
		t.Fatal(err)
	}
	connected, _, err := space.Connect(t.Context(), kept.Size)
	if err != nil {
		t.Fatal(err)
	}
	if r.checkpoint = note; included.Size != connected.New {
		t.Fatal("the log grew")
	}
	for seq := range included.Size {
		stored, err := space.Stored(t.Context(), seq+1)
		if err != nil {
			t.Fatal(err)
		}
		r.stored = append(r.stored, stored)
	}
	r.inclusion, r.connection = included.Text(r.stored[99], note), connected.Text(note)
	r.dir = filepath.Join(t.TempDir(), "log")
	handOver(t, r.dir, r.stored, r.checkpoint, r.key)
	return r
}

func handOver(t *testing.T, dir string, stored [][]byte, checkpoint []byte, key string) {
	t.Helper()
	w, err := bundle.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abandon()
	for _, event := range stored {
		if err := w.Add(event, nil); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(checkpoint, key); err != nil {
		t.Fatal(err)
	}
}

// forge hands over a log in which nothing is wrong but who signed it.
func (r *record) forge(t *testing.T) string {
	t.Helper()
	c, err := tree.PeekCheckpoint(r.checkpoint)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := tree.NewSigner(c.Origin, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	note, err := tree.SignCheckpoint(c, signer)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "forged")
	handOver(t, dir, r.stored, note, signer.VerifierKey())
	return dir
}

// changed hands over a log whose lines were changed.
func (r *record) changed(t *testing.T, change func(lines []string) []string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "changed")
	if err := os.CopyFS(dir, os.DirFS(r.dir)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, bundle.LogFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(string(data), "\n")
	writeFile(t, path, []byte(strings.Join(change(lines[:len(lines)-1]), "")))
	return dir
}

func writeFile(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestVerdicts(t *testing.T) {
	verify, r := program(t), newRecord(t)
	files := t.TempDir()
	key := writeFile(t, filepath.Join(files, "key"), []byte(r.key+"\n"))
	kept := writeFile(t, filepath.Join(files, "kept"), r.kept)
	newest := writeFile(t, filepath.Join(files, "newest"), r.checkpoint)
	included := writeFile(t, filepath.Join(files, "event.tlog-proof"), r.inclusion)
	falsely := writeFile(t, filepath.Join(files, "false"), bytes.Replace(r.inclusion, []byte("index 99\n"), []byte("index 98\n"), 1))
	connected := writeFile(t, filepath.Join(files, "connected"), r.connection)
	forged := r.forge(t)
	drop := r.changed(t, func(l []string) []string { return slices.Delete(l, 49, 50) })
	tests := []struct {
		name string
		args []string
		code int
		last string // the last line holds it
	}{
		{"whole", []string{"-key", key, r.dir}, 0, "WHOLE: the "},
		{"whole, by the key itself", []string{"-key", r.key, r.dir}, 0, "WHOLE: the "},
		{"whole, as of old", []string{"-key", key, "-checkpoint", kept, r.dir}, 0, "WHOLE: the "},
		{"whole, by the key of a kept checkpoint", []string{"-checkpoint", kept, r.dir}, 0, "WHOLE: the "},
		{"without a key", []string{r.dir}, 2, "CANNOT SAY who signed it"},
		{"altered", []string{"-key", key, r.changed(t, func(l []string) []string {
			l[60] = strings.Replace(l[60], "note ", "Note ", 1)
			return l
		})}, 1, "WRONG: event 61 was altered"},
		{"removed", []string{"-key", key, drop}, 1, "WRONG: where event 50 must be lies event 51"},
		{"cut off", []string{"-key", key, r.changed(t, func(l []string) []string { return l[:200] })}, 1, "WRONG: the log ends with event 200"},
		{"reordered", []string{"-key", key, r.changed(t, func(l []string) []string {
			l[5], l[6] = l[6], l[5]
			return l
		})}, 1, "WRONG: where event 6 must be lies event 7"},
		{"re-signed", []string{"-key", key, forged}, 1, "WRONG: the checkpoint does not verify"},
		{"re-signed, unnoticed without a key", []string{forged}, 2, "CANNOT SAY who signed it"},
		{"re-signed, noticed by a kept checkpoint", []string{"-checkpoint", newest, forged}, 1, "WRONG: the checkpoint that was kept"},
		{"no log", []string{"-key", key, t.TempDir()}, 2, "CANNOT SAY: "},
		{"nothing there", []string{"-key", key, filepath.Join(files, "nothing")}, 2, "CANNOT SAY: "},
		{"an event is in it", []string{"-key", key, included}, 0, "WHOLE: the proof holds."},
		{"proofs in a folder", []string{"-key", key, files}, 0, "WHOLE: the proof holds."},
		{"an event is not where it is said to be", []string{"-key", key, falsely}, 1, "WRONG: "},
		{"a proof without a key", []string{included}, 2, "CANNOT SAY: "},
		{"it begins with the kept one", []string{"-key", key, "-checkpoint", kept, connected}, 0, "WHOLE: the proof holds."},
		{"it does not begin with the newest", []string{"-key", key, "-checkpoint", newest, connected}, 2, "CANNOT SAY: "},
		{"no proof", []string{"-key", key, kept}, 2, "CANNOT SAY: "},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			command := exec.Command(verify, test.args...)
			output, err := command.Output()
			lines := strings.Split(strings.TrimSpace(string(output)), "\n")
			if code := command.ProcessState.ExitCode(); code != test.code || !strings.HasPrefix(lines[len(lines)-1], test.last) {
				t.Errorf("exit code %d, want %d; %v; it says\n%s", code, test.code, err, output)
			}
		})
	}
	for _, args := range [][]string{nil, {"-nothing"}, {"-key", "nothing", r.dir}} {
		command := exec.Command(verify, args...)
		if output, err := command.CombinedOutput(); err == nil || command.ProcessState.ExitCode() != 2 || !bytes.Contains(output, []byte("Usage:")) {
			t.Errorf("%v: %v, %s", args, err, output)
		}
	}
}

// TestNoDatabaseIsNeeded holds the program to what an auditor can read.
func TestNoDatabaseIsNeeded(t *testing.T) {
	output, err := exec.Command("go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	may := []string{"tocsin/cmd/tocsin-verify", "tocsin/store/bundle", "tocsin/store/tree", "golang.org/x/mod/sumdb/note", "golang.org/x/mod/sumdb/tlog", "github.com/transparency-dev/merkle/compact"}
	for name := range strings.Lines(string(output)) {
		name = strings.TrimSpace(name)
		first, _, _ := strings.Cut(name, "/")
		if (strings.Contains(first, ".") || first == "tocsin") && !slices.Contains(may, name) {
			t.Errorf("it needs %s", name)
		}
	}
}
