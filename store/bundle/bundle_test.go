package bundle

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/mod/sumdb/note"

	"tocsin/store/tree"
)

const origin = "tocsin/acme/7f3a"

// log is a log as its owner has it.
type log struct {
	stored [][]byte
	opened map[int]map[string]string
	signer *tree.Signer
}

func newLog(t testing.TB, n int) *log {
	t.Helper()
	l := &log{opened: make(map[int]map[string]string), signer: signer(t, 1)}
	for seq := range n {
		l.stored = append(l.stored, envelope(t, seq+1, fmt.Sprintf("note %d", seq+1)))
	}
	return l
}

func signer(t testing.TB, seed byte) *tree.Signer {
	t.Helper()
	s, err := tree.NewSigner(origin, bytes.Repeat([]byte{seed}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// envelope encodes an event as the store does, by another library.
func envelope(t testing.TB, seq int, text string) []byte {
	t.Helper()
	return encode(t, map[string]any{
		"v": 2, "seq": seq, "at": time.Date(2026, 5, 4, 9, 30, seq%60, 0, time.UTC), "actor": "~abc", "role": "owner", "kind": "note.written",
		"body":  map[string]any{"id": "INC-2026-0001", "text": text},
		"names": map[string]any{"~abc": map[string]any{"n": 1, "name": []byte{1, 2, 3}}},
	})
}

// order encodes an event that orders the removal of others.
func order(t testing.TB, seq int, spans ...Span) []byte {
	t.Helper()
	return encode(t, map[string]any{
		"v": 2, "seq": seq, "at": time.Date(2036, 5, 4, 9, 30, 0, 0, time.UTC), "actor": "~abc", "role": "owner", "kind": "incidents.purged",
		"body": map[string]any{"incidents": []any{map[string]any{"id": "INC-2026-0002", "events": []Span{}}, map[string]any{"id": "INC-2026-0001", "events": spans}}, "events": 1},
	})
}

func encode(t testing.TB, value any) []byte {
	t.Helper()
	options := cbor.CoreDetEncOptions()
	options.Time, options.TimeTag = cbor.TimeRFC3339NanoUTC, cbor.EncTagRequired
	mode, err := options.EncMode()
	if err != nil {
		t.Fatal(err)
	}
	data, err := mode.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func (l *log) checkpoint(t testing.TB, size int) []byte {
	t.Helper()
	var b tree.Builder
	for _, stored := range l.stored[:size] {
		leaf, _ := LeafOf(stored)
		if err := b.Append(leaf); err != nil {
			t.Fatal(err)
		}
	}
	root, err := b.Root()
	if err != nil {
		t.Fatal(err)
	}
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: origin, Head: tree.Head{Size: uint64(size), Root: root}}, l.signer)
	if err != nil {
		t.Fatal(err)
	}
	return note
}

// write hands the log over.
func (l *log) write(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "handed")
	w, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	for k, stored := range l.stored {
		if err := w.Add(stored, l.opened[k]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish(l.checkpoint(t, len(l.stored)), l.signer.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (l *log) remove(t testing.TB, seq, by int) {
	t.Helper()
	leaf := tree.LeafHash(l.stored[seq-1])
	l.stored[seq-1] = encode(t, []any{leaf[:], by})
}

func TestALineSaysWhatIsStored(t *testing.T) {
	stored := envelope(t, 7, "a \"quote\" <b>\n\u202eevil \u00e4 \U0001f512\U000e0001")
	e := Entry{Seq: 7, Stored: stored, Opened: map[string]string{"~abc": "Avery"}}
	line, leaf, seq, err := e.render(nil)
	if err != nil || seq != 7 || leaf != tree.LeafHash(stored) {
		t.Fatalf("event %d, %v", seq, err)
	}
	want := `{"seq":7,"at":"2026-05-04T09:30:07Z","actor":"~abc","role":"owner","kind":"note.written","incident":"INC-2026-0001",` +
		`"body":{"id":"INC-2026-0001","text":"a \"quote\" <b>\n\u202eevil ä 🔒\udb40\udc01"},"opened":{"~abc":"Avery"},"leaf":"`
	if !strings.HasPrefix(string(line), want) {
		t.Errorf("got  %s\nwant %s", line, want)
	}
	var parsed struct {
		Body   struct{ Text string }
		Stored []byte
	}
	if err := json.Unmarshal(line, &parsed); err != nil || !bytes.Equal(parsed.Stored, stored) {
		t.Errorf("read back: %v", err)
	}
	if parsed.Body.Text != "a \"quote\" <b>\n\u202eevil \u00e4 \U0001f512\U000e0001" {
		t.Errorf("text read back as %q", parsed.Body.Text)
	}
}

func TestWholeLogs(t *testing.T) {
	for _, size := range []int{0, 1, 2, 255, 256, 257, 700} {
		l := newLog(t, size)
		if size > 2 {
			l.stored[size-1] = order(t, size, Span{2, 2})
			l.remove(t, 2, size)
			l.opened[0] = map[string]string{"~abc": "Avery"}
		}
		dir := l.write(t)
		last := uint64(0)
		verdict, err := Verify(t.Context(), dir, Question{Key: l.signer.Verifier(), Kept: [][]byte{l.checkpoint(t, size/2)}, Progress: func(done, _ uint64) { last = done }})
		if err != nil || verdict.Fault != nil || verdict.Events != uint64(size) || verdict.Size != uint64(size) || verdict.OwnKey || last != uint64(size) {
			t.Errorf("%d events: %+v, %v", size, verdict, err)
		}
		if size > 2 && (verdict.Removed != 1 || !slices.Equal(verdict.Removers, []uint64{uint64(size)}) || verdict.Opened != 1) {
			t.Errorf("%d events, one removed and one opened: %+v", size, verdict)
		}
		verdict, err = Verify(t.Context(), filepath.Dir(dir), Question{})
		if !errors.Is(err, ErrNoBundle) {
			t.Errorf("a directory without a log: %+v, %v", verdict, err)
		}
	}
}

func TestOtherToolsFindTheSums(t *testing.T) {
	tool, err := exec.LookPath("sha256sum")
	if err != nil {
		t.Skip("there is no sha256sum on this machine")
	}
	check := exec.Command(tool, "-c", "--strict", sumsFile)
	check.Dir = newLog(t, 3).write(t)
	if output, err := check.CombinedOutput(); err != nil || bytes.Count(output, []byte(": OK")) != 4 {
		t.Errorf("%s: %v", output, err)
	}
}

// edit changes a bundle's log line by line.
func edit(t testing.TB, dir string, change func(lines []string) []string) {
	t.Helper()
	path := filepath.Join(dir, LogFile)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := change(strings.SplitAfter(strings.TrimSuffix(string(data), "\n"), "\n"))
	if err := os.WriteFile(path, []byte(strings.Join(lines, "")), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFaults(t *testing.T) {
	forged := newLog(t, 600)
	forged.stored[299] = envelope(t, 300, "nothing happened")
	forgedLine, _, _, err := Entry{Seq: 300, Stored: forged.stored[299]}.render(nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		change      func(lines []string) []string
		kind        tree.FaultKind
		first, last uint64
	}{
		{"a word changed", func(l []string) []string {
			l[299] = strings.Replace(l[299], "note 300", "note 301", 1)
			return l
		}, tree.Altered, 300, 300},
		{"an event replaced, leaf and all", func(l []string) []string {
			l[299] = string(forgedLine) + "\n"
			return l
		}, tree.Altered, 1, 600},
		{"a member added", func(l []string) []string {
			l[299] = strings.Replace(l[299], `"role"`, `"kind":"shown first","role"`, 1)
			return l
		}, tree.Altered, 300, 300},
		{"a space added", func(l []string) []string {
			l[299] = strings.Replace(l[299], ",", ", ", 1)
			return l
		}, tree.Altered, 300, 300},
		{"an event removed", func(l []string) []string { return slices.Delete(l, 299, 300) }, tree.Missing, 300, 300},
		{"a run removed", func(l []string) []string { return slices.Delete(l, 99, 400) }, tree.Missing, 100, 400},
		{"cut off", func(l []string) []string { return l[:599] }, tree.Missing, 600, 600},
		{"cut off at a block", func(l []string) []string { return l[:512] }, tree.Missing, 513, 600},
		{"cut off within a line", func(l []string) []string { return append(l[:10], l[10][:20]) }, tree.Altered, 11, 11},
		{"emptied", func(l []string) []string { return nil }, tree.Missing, 1, 600},
		{"reordered", func(l []string) []string {
			l[9], l[10] = l[10], l[9]
			return l
		}, tree.Missing, 10, 10},
		{"repeated", func(l []string) []string { return slices.Insert(l, 10, l[9]) }, tree.Altered, 11, 11},
		{"something follows", func(l []string) []string { return append(l, "\n") }, tree.Surplus, 601, 601},
		{"not JSON", func(l []string) []string {
			l[3] = "hello\n"
			return l
		}, tree.Altered, 4, 4},
		{"removed without a remover", func(l []string) []string {
			l[19] = tombstoneLine(t, 20, 700)
			return l
		}, tree.Altered, 20, 20},
		{"removed by another leaf", func(l []string) []string {
			l[19] = tombstoneLine(t, 20, 30)
			return l
		}, tree.Altered, 1, 600},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l := newLog(t, 600)
			dir := l.write(t)
			edit(t, dir, func(lines []string) []string {
				if last := len(lines) - 1; last >= 0 && !strings.HasSuffix(lines[last], "\n") {
					lines[last] += "\n"
				}
				return test.change(lines)
			})
			verdict, err := Verify(t.Context(), dir, Question{Key: l.signer.Verifier()})
			f := verdict.Fault
			if err != nil || f == nil || f.Kind != test.kind || f.First != test.first || f.Last != test.last {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
}

// TestTextsThatNobodyOrderedToGo puts what is left of an event where it was, as
// somebody would who wants its text gone: leaf, tree and signature are right.
func TestTextsThatNobodyOrderedToGo(t *testing.T) {
	for name, c := range map[string]struct {
		seq, by int
		whole   bool
	}{
		"ordered":           {40, 500, true},
		"ordered, in a run": {300, 500, true},
		"by another event":  {40, 501, false},
		"not in the order":  {41, 500, false},
		"after the run":     {311, 500, false},
		"the order itself":  {500, 550, false},
	} {
		l := newLog(t, 600)
		l.stored[499] = order(t, 500, Span{40, 40}, Span{290, 310})
		l.remove(t, c.seq, c.by)
		verdict, err := Verify(t.Context(), l.write(t), Question{Key: l.signer.Verifier()})
		f := verdict.Fault
		if err != nil || (f == nil) != c.whole {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
		if f != nil && (f.Kind != tree.Altered || f.First != uint64(c.seq) || !strings.Contains(f.Detail, "did not order")) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestOrderedAsksForTheKind(t *testing.T) {
	if spans := Ordered(order(t, 7, Span{1, 2}, Span{4, 4})); !slices.Equal(spans, []Span{{1, 2}, {4, 4}}) {
		t.Errorf("an order is %v", spans)
	}
	for name, stored := range map[string][]byte{
		"a note about it": envelope(t, 7, "incidents.purged"),
		"another kind":    bytes.Replace(order(t, 7, Span{1, 2}), []byte("incidents.purged"), []byte("incidents.merged"), 1),
		"cut off":         order(t, 7, Span{1, 2})[:100],
		"nothing":         nil,
	} {
		if spans := Ordered(stored); spans != nil {
			t.Errorf("%s is an order of %v", name, spans)
		}
	}
}

func tombstoneLine(t *testing.T, seq uint64, by int) string {
	t.Helper()
	line, _, _, err := Entry{Seq: seq, Stored: encode(t, []any{make([]byte, 32), by})}.render(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(line) + "\n"
}

func TestKeysAndCheckpoints(t *testing.T) {
	l, forger := newLog(t, 300), newLog(t, 300)
	forger.signer = signer(t, 2)
	forger.stored[4] = envelope(t, 5, "nothing happened")
	rewritten := newLog(t, 300)
	rewritten.stored[4] = forger.stored[4] // by whoever has the log's own key
	witness, err := tree.NewCosigner("example.com/witness", bytes.Repeat([]byte{9}, 32), func() time.Time { return time.Unix(1_800_000_000, 0) })
	if err != nil {
		t.Fatal(err)
	}
	kept := l.checkpoint(t, 100)
	tests := []struct {
		name  string
		dir   string
		q     Question
		fault string // "" for none
	}{
		{"re-signed", forger.write(t), Question{Key: l.signer.Verifier()}, "another key signed it"},
		{"re-signed, with the forger's key", forger.write(t), Question{}, ""},
		{"re-signed, against a kept checkpoint", forger.write(t), Question{Kept: [][]byte{kept}}, "not of this log"},
		{"rewritten by the log itself", rewritten.write(t), Question{Key: l.signer.Verifier()}, ""},
		{"rewritten by the log itself, against a kept checkpoint", rewritten.write(t), Question{Key: l.signer.Verifier(), Kept: [][]byte{kept}}, "changed since"},
		{"rewound", newLog(t, 90).write(t), Question{Key: l.signer.Verifier(), Kept: [][]byte{kept}}, "was cut off"},
		{"without the cosignature", l.write(t), Question{Key: l.signer.Verifier(), Witnesses: []note.Verifier{witness.Verifier()}}, "did not cosign"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			verdict, err := Verify(t.Context(), test.dir, test.q)
			switch f := verdict.Fault; {
			case err != nil:
				t.Error(err)
			case test.fault == "" && f != nil, test.fault != "" && (f == nil || !strings.Contains(f.Detail, test.fault)):
				t.Errorf("%v, want %q", f, test.fault)
			case verdict.OwnKey != (test.q.Key == nil):
				t.Errorf("the key came with the log: %v", verdict.OwnKey)
			}
		})
	}
}

func TestWriterRefuses(t *testing.T) {
	l := newLog(t, 3)
	if _, err := Create(l.write(t)); !errors.Is(err, ErrExists) {
		t.Errorf("over another bundle: %v", err)
	}
	dir := filepath.Join(t.TempDir(), "handed")
	w, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abandon()
	for name, stored := range map[string][]byte{
		"another event": l.stored[1],
		"no event":      []byte("hello"),
		"half an event": l.stored[0][:20],
		"a list":        encode(t, []any{1, 2}),
		"more than one": append(slices.Clone(l.stored[0]), l.stored[0]...),
	} {
		if err := w.Add(stored, nil); err == nil {
			t.Errorf("%s was taken as the first event", name)
		}
	}
	if err := w.Add(l.stored[0], map[string]string{"~xyz": "somebody else"}); err == nil {
		t.Error("something was opened that is not in the event")
	}
	if err := w.Add(l.stored[0], nil); err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(l.checkpoint(t, 2), l.signer.VerifierKey()); !errors.Is(err, ErrRoot) {
		t.Errorf("with another checkpoint: %v", err)
	}
	if _, err := Verify(t.Context(), dir, Question{}); !errors.Is(err, ErrNoBundle) {
		t.Errorf("what was not finished is %v", err)
	}
}

// TestMemoryIsBounded verifies a log many times as large as the memory that
// may be held for it.
func TestMemoryIsBounded(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2)) // what is held grows with the cores
	const events, size = 10_000, 2 << 10
	l := newLog(t, 0)
	dir := filepath.Join(t.TempDir(), "handed")
	w, err := Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	var b tree.Builder
	text := strings.Repeat("x", size)
	for seq := range events {
		stored := envelope(t, seq+1, text)
		if err := errors.Join(w.Add(stored, nil), b.Append(tree.LeafHash(stored))); err != nil {
			t.Fatal(err)
		}
	}
	root, err := b.Root()
	if err != nil {
		t.Fatal(err)
	}
	note, err := tree.SignCheckpoint(tree.Checkpoint{Origin: origin, Head: tree.Head{Size: events, Root: root}}, l.signer)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(note, l.signer.VerifierKey()); err != nil {
		t.Fatal(err)
	}
	written, err := os.Stat(filepath.Join(dir, LogFile))
	if err != nil {
		t.Fatal(err)
	}
	before, most := live(), uint64(0)
	verdict, err := Verify(t.Context(), dir, Question{Key: l.signer.Verifier(), Progress: func(done, _ uint64) {
		if done%(8*tree.Width) == 0 {
			most = max(most, live())
		}
	}})
	if err != nil || verdict.Fault != nil {
		t.Fatal(err, verdict.Fault)
	}
	if held, most := most-min(before, most), uint64(written.Size())/2; held > most {
		t.Errorf("%d MiB held for a log of %d MiB", held>>20, written.Size()>>20)
	}
}

// live is how many bytes are in use once what is not was collected.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestVerifyEndsWithItsContext(t *testing.T) {
	dir := newLog(t, 600).write(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if verdict, err := Verify(ctx, dir, Question{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%+v, %v", verdict, err)
	}
}
