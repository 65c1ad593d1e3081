package backup

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"testing"

	"filippo.io/age"
)

// live is how many bytes of the heap are in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestMemoryDoesNotGrowWithTheBackup sends 96 MiB of events and 32 MiB of
// evidence through a writer and a reader, and looks at the heap on the way.
func TestMemoryDoesNotGrowWithTheBackup(t *testing.T) {
	const events, eventBytes, evidenceBytes, most = 96 << 10, 1 << 10, 32 << 20, 16 << 20
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	m := sample()
	m.Events = events
	before := live()
	from, to := io.Pipe()
	go func() { to.CloseWithError(writeMany(to, m, key, eventBytes, evidenceBytes)) }()
	r, err := NewReader(from, key)
	if err != nil {
		t.Fatal(err)
	}
	peak, found := uint64(0), 0
	look := func() { peak = max(peak, live()-min(before, live())) }
	for {
		part, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if part.Kind == Events {
			if err := r.Each(part, func(uint64, []byte) error { found++; return nil }); err != nil {
				t.Fatal(err)
			}
		} else if n, err := io.Copy(io.Discard, part); err != nil || n != part.Size {
			t.Fatal(n, err)
		}
		if part.Number%(8<<10) < 1<<10 {
			look()
		}
	}
	if found != events || r.End().Evidence != 1 {
		t.Errorf("%d events, %+v", found, r.End())
	}
	if peak > most {
		t.Errorf("the heap grew by %d MiB", peak>>20)
	}
}

func writeMany(to io.Writer, m Manifest, key *age.X25519Identity, eventBytes, evidenceBytes int) error {
	w, err := NewWriter(to, m, key.Recipient())
	if err != nil {
		return err
	}
	event := bytes.Repeat([]byte{7}, eventBytes)
	for seq := range m.Events {
		if err := w.Event(seq+1, event); err != nil {
			return err
		}
	}
	out, err := w.Stream(Evidence, fmt.Sprintf("%064x", 1), int64(evidenceBytes))
	if err != nil {
		return err
	}
	for range evidenceBytes / eventBytes {
		if _, err := out.Write(event); err != nil {
			return err
		}
	}
	end, err := w.Close()
	if err == nil && end.Events != m.Events {
		err = errors.New("not all events were written")
	}
	return err
}
