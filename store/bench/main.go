package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
)

// results are metrics by "benchmark metric".
type results map[string]float64

func main() {
	keep := flag.String("keep", "", "keep the million events in this directory")
	flag.Parse()
	dir := *keep
	if dir != "" {
		if absolute, err := filepath.Abs(dir); err == nil {
			dir = absolute
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	found := make(results)
	for _, s := range suites {
		if err := s.run(dir, found); err != nil {
			fmt.Fprintf(os.Stderr, "%s %s: %v\n", s.packages, s.pattern, err)
		}
	}
	printTable(os.Stdout, found)
}

// run adds a suite's metrics to what was found.
func (s suite) run(dir string, found results) error {
	run := exec.Command("go", "test", "-run", "^$", "-bench", s.pattern, "-benchtime", s.times, s.packages)
	run.Dir, run.Stderr = s.module, os.Stderr
	run.Env = append(os.Environ(), "TOCSIN_BENCH_DIR="+dir)
	output, err := run.StdoutPipe()
	if err != nil {
		return err
	}
	if err := run.Start(); err != nil {
		return err
	}
	parse(io.TeeReader(output, os.Stderr), found)
	return run.Wait()
}

// processors is what is appended to a benchmark's name.
var processors = regexp.MustCompile(`-\d+$`)

// parse reads what go test prints of benchmarks: a name, how often it ran, and
// pairs of a number and its metric.
func parse(output io.Reader, found results) {
	for lines := bufio.NewScanner(output); lines.Scan(); {
		name, isBenchmark := strings.CutPrefix(lines.Text(), "Benchmark")
		words := strings.Fields(name)
		if !isBenchmark || len(words) < 4 {
			continue
		}
		benchmark := processors.ReplaceAllString(words[0], "")
		for k := 2; k+1 < len(words); k += 2 {
			if value, err := strconv.ParseFloat(words[k], 64); err == nil {
				found[benchmark+" "+words[k+1]] = value
			}
		}
	}
}

func printTable(w io.Writer, found results) {
	fmt.Fprintf(w, "\n%s/%s, %d processors\n\n", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "figure\ttarget\tmeasured\t\t")
	for _, f := range figures {
		measured, verdict := f.read(found)
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", f.what, f.target, measured, verdict, f.note)
	}
	table.Flush()
}

// read is a figure's measured value, and whether it is what is aimed at.
func (f figure) read(found results) (measured, verdict string) {
	value, ok := found[f.benchmark+" "+f.metric]
	if !ok {
		return "not measured", ""
	}
	value /= cmp.Or(f.scale, 1)
	measured = fmt.Sprintf("%.3g %s", value, f.unit)
	if value >= 1000 {
		measured = fmt.Sprintf("%.0f %s", value, f.unit)
	}
	switch {
	case f.most == 0 && f.least == 0:
		return measured, ""
	case f.most > 0 && value > f.most, value < f.least:
		return measured, "missed"
	}
	return measured, "reached"
}
