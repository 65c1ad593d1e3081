package main

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// keeper is something that keeps events: write makes one durable, with all
// that goes with it.
type keeper interface {
	write(writer int) error
	close() error
}

// rivals are opened in a directory of their own, for a number of writers.
var rivals = []struct {
	name string
	open func(dir string, writers int) (keeper, error)
}{
	{"tocsin", openTocsin},
	{"bbolt", openBolt},
	{"bbolt-batch", openBoltBatch},
	{"sqlite", openSQLite},
	{"file", openFile},
}

// BenchmarkBeside lets every rival make the same writes durable, in turns, so
// that what else the machine does falls on all of them. One iteration is a
// turn of each.
func BenchmarkBeside(b *testing.B) {
	for _, c := range []struct{ writers, turn int }{{1, 200}, {64, 3200}} {
		b.Run(fmt.Sprintf("writers=%d", c.writers), func(b *testing.B) { beside(b, c.writers, c.turn) })
	}
}

func beside(b *testing.B, writers, turn int) {
	keepers := make([]keeper, len(rivals))
	for k, rival := range rivals {
		var err error
		if keepers[k], err = rival.open(b.TempDir(), writers); err != nil {
			b.Fatalf("%s: %v", rival.name, err)
		}
		defer func() {
			if err := keepers[k].close(); err != nil {
				b.Errorf("%s: %v", rival.name, err)
			}
		}()
	}
	spent := make([]time.Duration, len(rivals))
	took := make([][]time.Duration, len(rivals))
	turns := 0
	for b.Loop() {
		for k := range rivals {
			runtime.GC() // nobody pays for another's garbage
			start := time.Now()
			each, err := take(keepers[k], writers, turn)
			if err != nil {
				b.Fatalf("%s: %v", rivals[k].name, err)
			}
			spent[k] += time.Since(start)
			took[k] = append(took[k], each...)
		}
		turns++
	}
	report(b, spent, turns*turn)
	if writers == 1 { // with more, a file's writers wait for each other and not for the disk
		reportDisk(b, took[0], took[len(took)-1])
	}
}

// take makes n writes from a number of writers and returns how long each took.
func take(k keeper, writers, n int) ([]time.Duration, error) {
	took := make([]time.Duration, n)
	failed := make(chan error, writers)
	var next atomic.Int64
	var work sync.WaitGroup
	for w := range writers {
		work.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				start := time.Now()
				if err := k.write(w); err != nil {
					failed <- err
					return
				}
				took[i] = time.Since(start)
			}
		})
	}
	work.Wait()
	close(failed)
	return took, <-failed
}

// report gives each rival's writes per second, and how many times that tocsin
// makes.
func report(b *testing.B, spent []time.Duration, n int) {
	for k, rival := range rivals {
		b.ReportMetric(float64(n)/spent[k].Seconds(), rival.name+"/s")
		if k > 0 && rival.name != "file" {
			b.ReportMetric(spent[k].Seconds()/spent[0].Seconds(), "×"+rival.name)
		}
	}
	b.ReportMetric(0, "ns/op")
}

// reportDisk compares single writes with the bare file's, which is what the
// disk itself takes.
func reportDisk(b *testing.B, took, file []time.Duration) {
	slices.Sort(took)
	slices.Sort(file)
	disk := float64(percentile(file, 50))
	b.ReportMetric(float64(percentile(took, 50))/disk, "p50/disk")
	b.ReportMetric(float64(percentile(took, 99))/disk, "p99/disk")
	b.ReportMetric(float64(percentile(took, 99))/float64(percentile(file, 99)), "p99/p99")
}

func percentile(sorted []time.Duration, percent int) time.Duration {
	return sorted[len(sorted)*percent/100]
}
