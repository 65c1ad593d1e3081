package bundle

import "testing"

// BenchmarkLine verifies one line of usual length, but for its place in the
// tree.
func BenchmarkLine(b *testing.B) {
	line, _, err := Entry{Seq: 1, Stored: envelope(b, 1, "a note of usual length, say sixty characters or so, no more.")}.Line()
	if err != nil {
		b.Fatal(err)
	}
	var reader lineReader
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, _, err := reader.read(line, 1); err != nil {
			b.Fatal(err)
		}
	}
}
