package main

// suite is a run of benchmarks: in which module and package, and which.
type suite struct {
	module, pattern string
	packages        string
	times           string // -benchtime
}

var (
	rivalry = suite{".", "Beside", ".", "6x"}
	started = suite{"../..", "^Benchmark(Start|Verify)$", "./store", "3x"}
	drawn   = suite{"../..", "^Benchmark(KeyToFrame|Search|Tick)$", "./tui", "100x"}
	mailed  = suite{"../..", "^BenchmarkSend$", "./store/outbox", "100000x"}
	told    = suite{"../..", "^BenchmarkDeliver$", "./cmd/tocsin", "10000x"}
	suites  = []suite{rivalry, started, drawn, mailed, told}
)

// figure is one line of the table: what is aimed at, and the metric of a
// benchmark that says whether it is reached. Without a benchmark, note says why
// there is none.
type figure struct {
	what, target string
	suite        suite
	benchmark    string
	metric       string
	scale        float64 // of the metric, to the unit of most and least
	unit         string
	most, least  float64 // 0: no bound
	note         string
}

const (
	million = 1e6 // nanoseconds in a millisecond
	billion = 1e9
)

var figures = []figure{
	{what: "durable commit, one writer, p50", target: "≤ 2 × append + fdatasync", suite: rivalry, benchmark: "Beside/writers=1", metric: "p50/disk", unit: "×", most: 2},
	{what: "durable commit, one writer, p99", target: "≤ 8 × append + fdatasync", suite: rivalry, benchmark: "Beside/writers=1", metric: "p99/disk", unit: "×", most: 8},
	{what: "the same beside the disk's own p99", suite: rivalry, benchmark: "Beside/writers=1", metric: "p99/p99", unit: "×", note: "what other work on the machine leaves of it"},
	{what: "64 writers beside bbolt", target: "≥ 3 ×", suite: rivalry, benchmark: "Beside/writers=64", metric: "×bbolt", unit: "×", least: 3},
	{what: "64 writers beside SQLite", target: "≥ 2.8 ×", suite: rivalry, benchmark: "Beside/writers=64", metric: "×sqlite", unit: "×", least: 2.8},
	{what: "64 writers", suite: rivalry, benchmark: "Beside/writers=64", metric: "tocsin/s", unit: "commits/s", note: "with encryption, tree and board"},
	{what: "start, 1 M events, 100 k open", target: "≤ 0.5 s", suite: started, benchmark: "Start", metric: "ns/op", scale: billion, unit: "s", most: 0.5, note: "until the board stands; the first frame comes some ms later"},
	{what: "the same, of the processors", suite: started, benchmark: "Start", metric: "cpu-s", unit: "s", note: "all cores together; other work shows less in it"},
	{what: "memory after the start", target: "≤ 200 MB", suite: started, benchmark: "Start", metric: "live-MiB", scale: 1e6 / (1 << 20), unit: "MB", most: 200, note: "live heap, 44 MB of it Badger's and untouched until something is written"},
	{what: "full verification of 1 M events", target: "≤ 3 s", suite: started, benchmark: "Verify", metric: "s/million", unit: "s", most: 3},
	{what: "the same, of the processors", suite: started, benchmark: "Verify", metric: "cpu-s/million", unit: "s", note: "all cores together"},
	{what: "key to frame, 100 k open, 200×50", target: "p99 ≤ 10 ms", suite: drawn, benchmark: "KeyToFrame", metric: "ns/op", scale: million, unit: "ms", most: 10, note: "mean"},
	{what: "search over 100 k incidents", target: "p99 ≤ 50 ms", suite: drawn, benchmark: "Search", metric: "ns/op", scale: million, unit: "ms", most: 50, note: "mean, off the event loop"},
	{what: "tick of 200×50, 30 countdowns", target: "≤ 1 ms CPU", suite: drawn, benchmark: "Tick", metric: "ns/op", scale: million, unit: "ms", most: 1, note: "mean"},
	{what: "tick on the wire", target: "≤ 600 bytes", note: "go test -run TickOnTheWire ./cmd/tocsin"},
	{what: "1 M notification records", target: "≤ 5 s", note: "there are none yet"},
	{what: "100 k messages to a local mail server", suite: mailed, benchmark: "Send", metric: "×bare", unit: "×", note: "beside a bare loop of the same library, both over four connections with TLS"},
	{what: "the same a second", suite: mailed, benchmark: "Send", metric: "messages/s", unit: "messages/s"},
	{what: "a notice that leaves", suite: told, benchmark: "Deliver", metric: "messages/s", unit: "messages/s", note: "every attempt and every result durable, four connections"},
	{what: "SSH session", target: "≤ 1 MB", note: "there are none yet"},
	{what: "kill -9 × 200", target: "0 events lost", note: "TOCSIN_TEST_KILLS=200 go test -run Killed ./store"},
}
