package sshd

import (
	"context"
	"io"
	"sync"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"
)

// intake is what a client sends, for as long as its session lasts: reading
// ends with it, whatever the client does.
type intake struct {
	session *session
	begin   sync.Once
	from    *io.PipeReader
	to      *io.PipeWriter
}

func newIntake(s *session) *intake {
	i := &intake{session: s}
	i.from, i.to = io.Pipe()
	return i
}

func (i *intake) Read(p []byte) (int, error) {
	i.begin.Do(func() {
		context.AfterFunc(i.session.ctx, func() { i.to.CloseWithError(context.Cause(i.session.ctx)) })
		go i.forward() // ends with the channel
	})
	return i.from.Read(p)
}

// forward passes on what comes; who may no longer be here sends nothing.
func (i *intake) forward() {
	size := 16 << 10
	if i.session.sizes != nil {
		size = 1 << 10
	}
	part := make([]byte, size)
	for {
		n, err := i.session.channel.Read(part)
		if n > 0 {
			if over := i.session.connection.used(); over != nil {
				err, n = over, 0
			}
		}
		if n > 0 {
			if _, closed := i.to.Write(part[:n]); closed != nil {
				return
			}
		}
		if err != nil {
			i.to.CloseWithError(err)
			return
		}
	}
}

// close ends reading.
func (i *intake) close() { i.to.CloseWithError(io.EOF) }

// maxTyped is how long a line may be that is typed, in bytes.
const maxTyped = 4 << 10

// Keys that a terminal acts on while a line is typed.
const (
	keyInterrupt = 0x03
	keyEnd       = 0x04
	keyBackspace = 0x08
	keyEraseWord = 0x17
	keyEraseLine = 0x15
	keyEscape    = 0x1b
	keyDelete    = 0x7f
)

// typist reads lines as a terminal does that is not read key by key: what is
// typed is shown, and can be corrected until the line ends.
type typist struct {
	from      io.Reader
	show      io.Writer
	interrupt func()

	line   []byte // typed and not ended
	whole  []byte // ended and not read
	ahead  []byte // came and not looked at
	escape int    // how far into a sequence of a function key: 0, 1 after Esc, 2 after Esc [
	ended  bool   // the end of input was typed
}

func (t *typist) Read(p []byte) (int, error) {
	for len(t.whole) == 0 {
		if t.ended {
			t.ended = false
			return 0, io.EOF
		}
		if err := t.more(); err != nil {
			return 0, err
		}
	}
	n := copy(p, t.whole)
	t.whole = t.whole[n:]
	return n, nil
}

// more looks at what came, up to the end of a line.
func (t *typist) more() error {
	if len(t.ahead) == 0 {
		part := make([]byte, 256)
		n, err := t.from.Read(part)
		if n == 0 {
			return err
		}
		t.ahead = part[:n]
	}
	for len(t.ahead) > 0 && len(t.whole) == 0 && !t.ended {
		key := t.ahead[0]
		t.ahead = t.ahead[1:]
		if err := t.key(key); err != nil {
			return err
		}
	}
	return nil
}

func (t *typist) key(key byte) error {
	switch {
	case t.escape > 0:
		t.skip(key)
	case key == keyEscape:
		t.escape = 1
	case key == '\r' || key == '\n':
		t.whole, t.line = append(t.line, '\n'), nil
		return t.echo("\n")
	case key == keyInterrupt:
		t.line = nil
		_ = t.echo("^C\n")
		t.interrupt()
		return ErrInterrupted
	case key == keyEnd:
		t.whole, t.ended, t.line = t.line, len(t.line) == 0, nil
	case key == keyBackspace || key == keyDelete:
		_, n := utf8.DecodeLastRune(t.line)
		return t.erase(n)
	case key == keyEraseLine:
		return t.erase(len(t.line))
	case key == keyEraseWord:
		return t.erase(len(t.line) - wordStart(t.line))
	case key == '\t':
		return t.add(' ')
	case key >= ' ':
		return t.add(key)
	}
	return nil
}

// skip drops the rest of a sequence, as of an arrow key.
func (t *typist) skip(key byte) {
	switch {
	case t.escape == 1 && (key == '[' || key == 'O'):
		t.escape = 2
	case t.escape == 2 && (key < '@' || key > '~'):
	default:
		t.escape = 0
	}
}

// add shows a character once it is whole.
func (t *typist) add(key byte) error {
	if len(t.line) >= maxTyped {
		return t.echo("\a")
	}
	t.line = append(t.line, key)
	if key < utf8.RuneSelf {
		return t.echo(string(key))
	}
	if r, n := utf8.DecodeLastRune(t.line); r != utf8.RuneError {
		return t.echo(string(t.line[len(t.line)-n:]))
	}
	return nil
}

func (t *typist) erase(n int) error {
	gone := string(t.line[len(t.line)-n:])
	t.line = t.line[:len(t.line)-n]
	for range ansi.StringWidth(gone) {
		if err := t.echo("\b \b"); err != nil {
			return err
		}
	}
	return nil
}

func wordStart(line []byte) int {
	k := len(line)
	for k > 0 && line[k-1] == ' ' {
		k--
	}
	for k > 0 && line[k-1] != ' ' {
		k--
	}
	return k
}

func (t *typist) echo(text string) error {
	_, err := io.WriteString(t.show, text)
	return err
}
