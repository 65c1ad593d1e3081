package tui

import (
	"bufio"
	"errors"
	"io"
	"strings"

	"tocsin/model"
)

// longestLine is how many bytes of a line are taken: the longest text that is
// accepted, in the widest characters, with room to spare.
const longestLine = 5 * model.MaxText

// typedLine is a line that was read, or why none came.
type typedLine struct {
	text string
	long bool // it was longer than is taken, and is not there
	err  error
}

// lineReader reads lines one at a time, and only when one is asked for. A line
// that is waited for no longer is not lost: the next one who asks gets it.
type lineReader struct {
	from  *bufio.Reader
	lines chan typedLine // of one, so that no reading ever waits to be heard
	asked bool
}

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{from: bufio.NewReader(in), lines: make(chan typedLine, 1)}
}

// next is where the next line comes; whoever takes it says so by taken.
func (r *lineReader) next() <-chan typedLine {
	if !r.asked {
		r.asked = true
		go func() { r.lines <- r.read() }()
	}
	return r.lines
}

func (r *lineReader) taken() { r.asked = false }

// read reads a line without its end. What stands before the end of the input is
// a line too.
func (r *lineReader) read() typedLine {
	var line []byte
	var long bool
	for {
		part, err := r.from.ReadSlice('\n')
		if long = long || len(line)+len(part) > longestLine; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (len(line) == 0 && !long || !errors.Is(err, io.EOF)):
			return typedLine{err: err}
		case long:
			return typedLine{long: true}
		}
		return typedLine{text: strings.TrimRight(string(line), "\r\n")}
	}
}

// lineWriter writes lines. The first error stays, and ends what is written.
type lineWriter struct {
	to    *bufio.Writer
	fresh bool // nothing stands on the line yet
}

func newLineWriter(out io.Writer) *lineWriter {
	return &lineWriter{to: bufio.NewWriter(out), fresh: true}
}

// write writes a cleaned text.
func (w *lineWriter) write(text string) {
	w.to.WriteString(text) // the first error stays with the writer: flush returns it
	w.fresh = w.fresh && text == ""
}

func (w *lineWriter) line(text string) {
	w.write(strings.TrimRight(model.CleanText(text), " ") + "\n")
	w.fresh = true
}

// newline ends a line on which something stands.
func (w *lineWriter) newline() {
	if !w.fresh {
		w.write("\n")
		w.fresh = true
	}
}

func (w *lineWriter) prompt(text string) { w.write(model.CleanLine(text) + " ") }

func (w *lineWriter) bell() { w.to.WriteByte('\a') }

func (w *lineWriter) flush() error { return w.to.Flush() }
