package store

import (
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tocsin/model"
	"tocsin/store/tree"
)

// BenchmarkCommit is a note on an incident, from the command to its durable
// acknowledgement. fdatasync/op is the disk's own time for an append of the
// same size, measured in the same run.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) { benchCommit(b, writers) })
	}
}

func benchCommit(b *testing.B, writers int) {
	s := openSpace(b, openStore(b, b.TempDir()), "acme")
	setUp(b, s)
	ids := make([]model.ID, writers)
	for w := range ids {
		ids[w] = do(b, s, responder, model.Report{Title: "incident"}).Incident
	}
	disk := syncTime(b)
	took := make([]time.Duration, b.N)
	var next atomic.Int64
	var work sync.WaitGroup
	b.ReportAllocs()
	b.ResetTimer()
	for w := range writers {
		work.Go(func() {
			note := model.AddNote{Incident: ids[w], Text: "what was seen on the second machine, in a sentence of ordinary length"}
			for n := next.Add(1) - 1; n < int64(b.N); n = next.Add(1) - 1 {
				start := time.Now()
				if _, err := s.Do(context.Background(), responder, note); err != nil {
					b.Error(err)
					return
				}
				took[n] = time.Since(start)
			}
		})
	}
	work.Wait()
	b.StopTimer()
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
	b.ReportMetric(float64(p50.Microseconds()), "p50-µs")
	b.ReportMetric(float64(p99.Microseconds()), "p99-µs")
	b.ReportMetric(float64(p50)/float64(disk), "p50/fdatasync")
	b.ReportMetric(float64(p99)/float64(disk), "p99/fdatasync")
}

// syncTime is the median time of appending 512 bytes to a file and syncing it.
func syncTime(b *testing.B) time.Duration {
	b.Helper()
	file, err := os.Create(filepath.Join(b.TempDir(), "append"))
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	took := make([]time.Duration, 200)
	data := make([]byte, 512)
	for k := range took {
		start := time.Now()
		if _, err := file.Write(data); err != nil {
			b.Fatal(err)
		}
		if err := syncData(file); err != nil {
			b.Fatal(err)
		}
		took[k] = time.Since(start)
	}
	slices.Sort(took)
	return took[len(took)/2]
}

// BenchmarkTree writes the entries of a note to the log in turns, with the
// tree and without it. overhead is how much longer the turns with it take.
func BenchmarkTree(b *testing.B) {
	for _, events := range []int{1, 64} {
		b.Run(fmt.Sprintf("events=%d", events), func(b *testing.B) { benchTree(b, events) })
	}
}

func benchTree(b *testing.B, events int) {
	s := openStore(b, b.TempDir())
	var logs [2]*badgerLog
	for k := range logs {
		keys, err := newKeyspace(fmt.Sprint("log", k))
		if err != nil {
			b.Fatal(err)
		}
		if logs[k], err = openBadgerLog(s.db, keys); err != nil {
			b.Fatal(err)
		}
	}
	g := &growth{origin: newOrigin("acme"), tree: new(tree.Builder)}
	grow := [2]func(*batch) error{func(*batch) error { return nil }, g.add}
	var took [2][]time.Duration
	var end uint64
	for b.Loop() {
		for k, l := range logs {
			batch := noteBatch(end, events)
			start := time.Now()
			if err := grow[k](batch); err != nil {
				b.Fatal(err)
			}
			if err := l.append(b.Context(), end, batch); err != nil {
				b.Fatal(err)
			}
			took[k] = append(took[k], time.Since(start))
		}
		end += uint64(events)
	}
	for k := range took {
		slices.Sort(took[k])
	}
	without, with := took[0][len(took[0])/2], took[1][len(took[1])/2]
	b.ReportMetric(float64(without.Microseconds()), "without-p50-µs")
	b.ReportMetric(float64(with.Microseconds()), "with-p50-µs")
	b.ReportMetric(100*(float64(with)/float64(without)-1), "overhead-%")
	b.ReportMetric(0, "ns/op")
}

// noteBatch is what notes make the committer write, by the sizes of the
// encoded entries.
func noteBatch(end uint64, events int) *batch {
	b := &batch{head: headRecord{Seq: end + uint64(events)}}
	for seq := end + 1; seq <= b.head.Seq; seq++ {
		id := model.ID(fmt.Sprintf("INC-2026-%04d", seq%64))
		b.events = append(b.events, record{seq: seq, data: binary.BigEndian.AppendUint64(make([]byte, 168), seq)})
		b.put(historySlot(id, seq), []byte{})
		b.put(incidentSlot(id), make([]byte, 156))
	}
	b.put(metaSlot(), make([]byte, 100))
	return b
}

// BenchmarkVerify verifies a space of a million events, that of BenchmarkStart,
// with a checkpoint for every block.
func BenchmarkVerify(b *testing.B) {
	s := openStore(b, startFixture(b, 100_000))
	space := openSpace(b, s, "acme")
	if space.Fault() != nil {
		b.Fatal(space.Fault())
	}
	var report tree.Report
	before, known := processorTime()
	for b.Loop() {
		var err error
		if report, err = space.Verify(b.Context(), nil); err != nil || report.Fault != nil {
			b.Fatal(report.Fault, err)
		}
	}
	if spent, _ := processorTime(); known {
		b.ReportMetric((spent-before).Seconds()*1e6/float64(report.Size)/float64(b.N), "cpu-s/million")
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(float64(report.Size)/each.Seconds(), "events/s")
	b.ReportMetric(1e6*each.Seconds()/float64(report.Size), "s/million")
	b.ReportMetric(float64(report.Checkpoints), "checkpoints")
}

// BenchmarkStart opens a directory with 100,000 open incidents of three due
// times each, until the board stands. The directory is filled through the
// import road, and with notes up to a million events.
func BenchmarkStart(b *testing.B) {
	dir := startFixture(b, 100_000)
	heap := liveHeap()
	var after uint64
	var spent time.Duration
	for b.Loop() {
		before, _ := processorTime()
		s, err := Open(b.Context(), dir, Options{})
		if err != nil {
			b.Fatal(err)
		}
		space, err := s.Space(b.Context(), "acme")
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		now, _ := processorTime()
		spent += now - before
		if space.Snapshot().Len() != 100_000 || len(space.Snapshot().Queue()[0].Dues) < 2 {
			b.Fatal("the fixture is not what it should be")
		}
		after = liveHeap()
		runtime.KeepAlive(space)
		closeStore(b, s)
		b.StartTimer()
	}
	b.ReportMetric(float64(after-heap)/(1<<20), "live-MiB")
	if spent > 0 {
		b.ReportMetric(spent.Seconds()/float64(b.N), "cpu-s")
	}
}

func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// startFixture makes a directory with n open incidents. TOCSIN_BENCH_DIR, where
// set, keeps it for the next run.
func startFixture(b *testing.B, n int) string {
	b.Helper()
	dir := filepath.Join(os.Getenv("TOCSIN_BENCH_DIR"), fmt.Sprint("start-", n))
	if os.Getenv("TOCSIN_BENCH_DIR") == "" {
		dir = b.TempDir()
	}
	s, err := Open(b.Context(), dir, Options{Now: func() time.Time { return morning }})
	if err != nil {
		b.Fatal(err)
	}
	defer closeStore(b, s)
	space := openSpace(b, s, "acme")
	if space.Snapshot().Len() != n {
		setUp(b, space)
		importIncidents(b, space, n)
	}
	addNotes(b, space, uint64(10*n))
	return dir
}

// addNotes fills a space up with notes on its incidents.
func addNotes(b *testing.B, space *Space, events uint64) {
	b.Helper()
	queue := space.Snapshot().Queue()
	var next atomic.Uint64
	next.Store(space.Snapshot().Seq)
	var work sync.WaitGroup
	for range 256 {
		work.Go(func() {
			for k := next.Add(1); k <= events; k = next.Add(1) {
				note := model.AddNote{Incident: queue[k%uint64(len(queue))].Incident.ID, Text: "what was seen on the second machine, in a sentence of ordinary length"}
				if _, err := space.Do(context.Background(), responder, note); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	work.Wait()
}

// importIncidents opens n incidents through the import road.
func importIncidents(b testing.TB, space *Space, n int) {
	b.Helper()
	do(b, space, owner, model.ImportOpen{Batch: "b", Source: "fixture", Years: map[int]int{2026: n}})
	for from := 0; from < n; from += 200 {
		rows := make([]model.History, min(200, n-from))
		for k := range rows {
			rows[k] = startRow(from + k)
		}
		do(b, space, owner, model.ImportRows{Batch: "b", Rows: rows})
	}
	do(b, space, owner, model.ImportClose{Batch: "b"})
}

func startRow(k int) model.History {
	opened := time.Date(2026, 6, 1, 0, 0, k, 0, time.UTC)
	return model.History{
		External: fmt.Sprintf("OLD-%06d", k), Title: fmt.Sprintf("Unexpected log-ins from %d addresses on the billing service", k%97),
		Description: "Reported by monitoring; sessions were ended and tokens rotated while the investigation goes on.",
		Types:       []string{"breach"}, Classification: model.Confirmed, Severity: []string{"high", "critical"}[k%2], Reason: "customer data is reachable",
		Systems: []string{"billing", "gateway"}, Reporter: "monitoring", Source: "alert", Lead: fmt.Sprintf("Person %d", k%40),
		Opened: opened, Facts: []model.Statement{{Name: "confirmed", Value: model.Time(opened.Add(time.Hour))}},
	}
}
