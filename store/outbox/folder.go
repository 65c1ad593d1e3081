package outbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Folder writes messages into a folder, where nothing is to leave: one file
// each, which its owner alone can read. Mail is written as it would be sent
// (.eml), a webhook's as it would be posted (.json).
type Folder struct {
	Dir string // made where there is none
}

// Open makes the folder.
func (f Folder) Open(context.Context) (Line, error) {
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrChannel, err)
	}
	return f, nil
}

// Send writes one message. A file that is there already is not written over.
func (f Folder) Send(_ context.Context, m *Message) Reply {
	data, ending, err := m.file()
	if err != nil {
		return Reply{Outcome: Permanent, Words: words(err.Error())}
	}
	path := filepath.Join(f.Dir, fmt.Sprintf("%07d-%s%s", m.Ordinal+1, m.ID, ending))
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Reply{Outcome: Unsent, Channel: fmt.Errorf("%w: %w", ErrChannel, err)}
	}
	_, err = file.Write(data)
	if err := errors.Join(err, file.Close()); err != nil {
		return Reply{Outcome: Unsent, Channel: fmt.Errorf("%w: %w", ErrChannel, err)}
	}
	return Reply{Outcome: Accepted, Words: "written to " + path}
}

// file is a message as a file, and how its name ends.
func (m *Message) file() (data []byte, ending string, err error) {
	if strings.HasPrefix(m.To, "https://") {
		data, err = m.payload()
		return data, ".json", err
	}
	letter, err := m.letter()
	if err != nil {
		return nil, "", err
	}
	return letter.text, ".eml", nil
}

// Close does nothing.
func (f Folder) Close() error { return nil }
