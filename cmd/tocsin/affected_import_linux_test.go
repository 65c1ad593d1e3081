package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"tocsin/model"
)

// customersFile writes a file of customers as a company's own systems have them.
func customersFile(tb testing.TB, rows int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "customers.csv")
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	text := bufio.NewWriter(file)
	fmt.Fprintln(text, "id,name,tier,jurisdiction,language,admin_email,security_email,terms")
	for k := range rows {
		tier, where, language, security := "paid", "DE", "de", ""
		if k%3 == 0 {
			tier, where, language = "free", "US-CA", "en"
		}
		if k%5 == 0 {
			security = fmt.Sprintf("security@customer-%d.example", k)
		}
		fmt.Fprintf(text, "C-%07d,Customer number %d,%s,%s,%s,admin@customer-%d.example;it@customer-%d.example,%s,\n", k, k, tier, where, language, k, k, security)
	}
	if err := text.Flush(); err != nil {
		tb.Fatal(err)
	}
	if err := file.Close(); err != nil {
		tb.Fatal(err)
	}
	return path
}

// BenchmarkImportOfCustomers checks a file of b.N customers and imports it:
// sealed, durable and counted. Give it -benchtime 200000x, or 1000000x: the
// memory should be the same.
func BenchmarkImportOfCustomers(b *testing.B) {
	file := customersFile(b, b.N)
	s := sessionAt(b, b.TempDir(), time.Now)
	source, err := openHistory(file, nil, mostCustomerBytes)
	if err != nil {
		b.Fatal(err)
	}
	defer source.close()
	forgetPeak(b)
	before := processorTime(b)
	b.ResetTimer()
	if err := (&customerImport{session: s, source: source, progress: &progress{}}).run(b.Context()); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/row")
	b.ReportMetric(peak(b), "peak-MB")
	if n := s.snapshot().Meta.Customers.Total(); n != b.N {
		b.Errorf("%d customers", n)
	}
}

// BenchmarkAddAffected says of an incident that it affects b.N customers.
func BenchmarkAddAffected(b *testing.B) {
	s := sessionAt(b, b.TempDir(), time.Now)
	source, err := openHistory(customersFile(b, b.N), nil, mostCustomerBytes)
	if err != nil {
		b.Fatal(err)
	}
	defer source.close()
	if err := (&customerImport{session: s, source: source, progress: &progress{}}).run(b.Context()); err != nil {
		b.Fatal(err)
	}
	if _, err := s.space.Do(b.Context(), s.actor, model.Report{Title: "Export left open"}); err != nil {
		b.Fatal(err)
	}
	forgetPeak(b)
	before := processorTime(b)
	b.ResetTimer()
	if err := s.addAffected(b.Context(), "1", affectedFlags{all: true}, &progress{}); err != nil {
		b.Fatal(err)
	}
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/row")
	b.ReportMetric(peak(b), "peak-MB")
}

// forgetPeak lets peak begin anew.
func forgetPeak(tb testing.TB) {
	tb.Helper()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0); err != nil {
		tb.Skip("the kernel counts no peaks: ", err)
	}
}

// peak is the most memory that was resident, in megabytes.
func peak(tb testing.TB) float64 {
	tb.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := bytes.Cut(status, []byte("VmHWM:"))
	kilobytes, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
	if err != nil {
		tb.Fatal(err)
	}
	return float64(kilobytes) / 1024
}

// processorTime is what this process has had of the processors.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
