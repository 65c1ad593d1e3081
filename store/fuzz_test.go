package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"tocsin/store/tree"
)

// corpus is where the samples lie that fuzzing begins with, and those that once
// found something.
const corpus = "../testdata/store/fuzz"

// addCorpus gives a fuzzing run its samples.
func addCorpus(f *testing.F, name string) {
	f.Helper()
	files, err := filepath.Glob(filepath.Join(corpus, name, "*"))
	if err != nil || len(files) == 0 {
		f.Fatalf("no samples of %s: %v", name, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// fuzzedLog is a small log and the head file that goes with it.
func fuzzedLog(f *testing.F) (*memLog, []byte) {
	f.Helper()
	l := worked(f)
	note, err := headFileOf(l.heads, "acme").read()
	if err != nil {
		f.Fatal(err)
	}
	return l, note
}

// FuzzHeadFile holds that no head file but one that was signed of this log
// opens it for writing, and that none keeps it from opening for reading.
func FuzzHeadFile(f *testing.F) {
	l, note := fuzzedLog(f)
	f.Add(note)
	addCorpus(f, "heads")
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := examine(context.Background(), "acme", l, &simHead{note: data}, testSeed)
		if err != nil {
			t.Fatal(err)
		}
		if e.fault != nil {
			return
		}
		c, err := tree.PeekCheckpoint(data)
		if want, _ := tree.PeekCheckpoint(note); err != nil || c.Text() != want.Text() {
			t.Errorf("a head that was never signed opens the log: %q, %v", data, err)
		}
	})
}

// FuzzHead holds that no end of the log but its own opens it for writing, and
// that none keeps it from opening for reading.
func FuzzHead(f *testing.F) {
	l, note := fuzzedLog(f)
	whole := l.entries[headSlot()]
	want, err := l.head(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	addCorpus(f, "ends")
	f.Fuzz(func(t *testing.T, data []byte) {
		l.entries[headSlot()] = data
		e, err := examine(context.Background(), "acme", l, &simHead{note: note}, testSeed)
		if err != nil {
			t.Fatal(err)
		}
		if head, _ := l.head(context.Background()); e.fault == nil && (head.Seq != want.Seq || !bytes.Equal(head.Root, want.Root) || !bytes.Equal(head.Nodes, want.Nodes) || head.Origin != want.Origin) {
			t.Errorf("an end that was never written opens the log: %+v", head)
		}
	})
}

// FuzzTombstone holds that a tombstone has one encoding, and is never taken
// for an event.
func FuzzTombstone(f *testing.F) {
	addCorpus(f, "tombstones")
	f.Fuzz(func(t *testing.T, data []byte) {
		stone, ok := parseTombstone(data)
		if !ok {
			return
		}
		if again, err := stone.encode(); err != nil || !bytes.Equal(again, data) {
			t.Errorf("%x is written %x, %v", data, again, err)
		}
		if _, err := decodeEvent(nil, data); !errors.Is(err, ErrDamaged) {
			t.Errorf("a tombstone reads as an event: %v", err)
		}
	})
}
