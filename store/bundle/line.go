package bundle

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"tocsin/store/tree"
)

// maxLine is how many bytes a line of the log may have: an event of 256 KiB
// twice, with every character of it escaped.
const maxLine = 4 << 20

// errForm means that stored bytes are neither an event nor what is left of one.
var errForm = errors.New("neither an event nor what is left of one")

// Entry is an event as it is stored.
type Entry struct {
	Seq uint64
	// Stored is what the leaf is made of: the event's envelope. Where its text was
	// removed it is what stands in its place.
	Stored []byte
	Leaf   tree.Hash
	// RemovedBy is the event that removed this one's text, 0 for none.
	RemovedBy uint64
	// Opened is what sealed texts of the event say, by the sealed text. Nothing
	// in the log proves it.
	Opened map[string]string
}

// removed reads what stands in the place of an event whose text was removed:
// the CBOR array of its leaf and of the event that removed it.
func removed(stored []byte) (leaf tree.Hash, by uint64, ok bool) {
	const start = "\x82\x58\x20"
	if len(stored) < len(start)+tree.HashSize || string(stored[:len(start)]) != start {
		return tree.Hash{}, 0, false
	}
	leaf = tree.Hash(stored[len(start):][:tree.HashSize])
	t := transcoder{data: stored[len(start)+tree.HashSize:]}
	major, _, by, err := t.head()
	return leaf, by, err == nil && major == unsigned && len(t.data) == 0
}

// LeafOf is the leaf of an event as it is stored, whether its text is still
// there or not, and which event removed it, 0 where none did.
func LeafOf(stored []byte) (leaf tree.Hash, removedBy uint64) {
	if leaf, by, ok := removed(stored); ok {
		return leaf, by
	}
	return tree.LeafHash(stored), 0
}

// envelopeFields are what is shown of an event, in this order; "incident" is
// taken from its body.
var envelopeFields = []string{"at", "actor", "role", "kind", "incident", "batch", "body"}

// render makes an event's line, without the line feed at its end, and says
// which event it is about. The number of an event that was removed is only
// known from its place.
func (e Entry) render(line []byte) (rendered []byte, leaf tree.Hash, seq uint64, err error) {
	leaf, by, gone := removed(e.Stored)
	if gone {
		line = append(strconv.AppendUint(append(line, `{"seq":`...), e.Seq, 10), `,"removed_by":`...)
		line = appendLeaf(strconv.AppendUint(line, by, 10), leaf)
		return appendStored(line, e.Stored), leaf, e.Seq, nil
	}
	fields, err := readable(e.Stored)
	if err != nil {
		return nil, leaf, 0, err
	}
	if seq, err = strconv.ParseUint(string(fields["seq"]), 10, 64); err != nil {
		return nil, leaf, 0, fmt.Errorf("%w: without a number", errForm)
	}
	line = strconv.AppendUint(append(line, `{"seq":`...), seq, 10)
	for _, name := range envelopeFields {
		if value, ok := fields[name]; ok {
			line = append(append(append(append(line, `,"`...), name...), `":`...), value...)
		}
	}
	if line, err = e.appendOpened(line, fields); err != nil {
		return nil, leaf, 0, err
	}
	leaf = tree.LeafHash(e.Stored)
	return appendStored(appendLeaf(line, leaf), e.Stored), leaf, seq, nil
}

func appendLeaf(line []byte, leaf tree.Hash) []byte {
	line = append(line, `,"leaf":"`...)
	return append(base64.StdEncoding.AppendEncode(line, leaf[:]), '"')
}

func appendStored(line, stored []byte) []byte {
	line = append(line, `,"stored":"`...)
	return append(base64.StdEncoding.AppendEncode(line, stored), `"}`...)
}

// appendOpened appends what sealed texts say. Each must stand in the event.
func (e Entry) appendOpened(line []byte, fields map[string][]byte) ([]byte, error) {
	if len(e.Opened) == 0 {
		return line, nil
	}
	line = append(line, `,"opened":{`...)
	for k, sealed := range slices.Sorted(maps.Keys(e.Opened)) {
		text := appendText(nil, []byte(sealed))
		if !bytes.Contains(fields["actor"], text) && !bytes.Contains(fields["body"], text) {
			return nil, fmt.Errorf("%w: what was opened does not stand in it", errForm)
		}
		if k > 0 {
			line = append(line, ',')
		}
		line = appendText(append(append(line, text...), ':'), []byte(e.Opened[sealed]))
	}
	return append(line, '}'), nil
}

// readable is what an envelope says: the JSON of each of its fields.
func readable(stored []byte) (map[string][]byte, error) {
	t := transcoder{data: stored, json: make([]byte, 0, 2*len(stored))}
	major, _, length, err := t.head()
	if err != nil || major != mapping {
		return nil, errForm
	}
	fields := make(map[string][]byte, 10)
	err = t.mapping(length, func(key []byte) error {
		name := string(bytes.Trim(key, `"`))
		from := len(t.json)
		if name == "body" {
			if incident := incidentOf(t.data); incident != nil {
				fields["incident"] = incident
			}
		}
		err := t.value(1)
		fields[name] = t.json[from:len(t.json):len(t.json)]
		return err
	})
	if err == nil && len(t.data) > 0 {
		err = fmt.Errorf("%w: more follows the event", errCBOR)
	}
	for _, name := range []string{"v", "seq", "at", "actor", "role", "kind", "body"} {
		if _, ok := fields[name]; !ok && err == nil {
			err = fmt.Errorf("%w: without %s", errForm, name)
		}
	}
	return fields, err
}

// incidentOf is the JSON of the incident that a body is about, nil for none:
// its field "id", where that names an incident.
func incidentOf(body []byte) []byte {
	t := transcoder{data: body}
	major, _, length, err := t.head()
	if err != nil || major != mapping {
		return nil
	}
	var incident []byte
	found := errors.New("found")
	_ = t.mapping(length, func(key []byte) error {
		from := len(t.json)
		if err := t.value(2); err != nil {
			return err
		}
		if value := t.json[from:]; string(key) == `"id"` && bytes.HasPrefix(value, []byte(`"INC-`)) {
			incident = value
			return found
		}
		return nil
	}) // what is wrong with a body is said where it is rendered
	return incident
}

// lineReader reads lines.
type lineReader struct {
	rendered []byte // room that is used again
}

// read reads a line and holds it against the rendering of what is stored. seq
// is the event that must be there by the line's place, found the one that is.
func (r *lineReader) read(line []byte, seq uint64) (e Entry, found uint64, err error) {
	e = Entry{Seq: seq}
	if e.Stored, e.Opened, err = parts(line); err != nil {
		return Entry{}, 0, fmt.Errorf("its line cannot be read: %w", err)
	}
	rendered, leaf, found, err := e.render(r.rendered[:0])
	if err != nil {
		return Entry{}, 0, fmt.Errorf("what is stored of it is %w", err)
	}
	r.rendered = rendered
	if found == seq && !bytes.Equal(rendered, line) {
		return Entry{}, found, errors.New("what is readable of it is not what is stored")
	}
	e.Leaf = leaf
	if _, by, gone := removed(e.Stored); gone {
		e.RemovedBy = by
	}
	return e, found, nil
}

// parts takes from a line what it is rendered from. Most lines end with what is
// stored and have nothing opened; any other is read as the JSON that it is.
func parts(line []byte) (stored []byte, opened map[string]string, err error) {
	const before, after = `,"stored":"`, `"}`
	if at := bytes.LastIndex(line, []byte(before)); at >= 0 && !bytes.Contains(line[:at], []byte(`"opened":{`)) {
		if coded, ok := bytes.CutSuffix(line[at+len(before):], []byte(after)); ok {
			stored, err = base64.StdEncoding.AppendDecode(nil, coded)
			return stored, nil, err
		}
	}
	var found struct {
		Stored []byte            `json:"stored"`
		Opened map[string]string `json:"opened"`
	}
	err = json.Unmarshal(line, &found)
	return found.Stored, found.Opened, err
}

// Line is the event's line in a bundle, without a line feed, and the event it
// is about.
func (e Entry) Line() (line []byte, seq uint64, err error) {
	line, _, seq, err = e.render(nil)
	return line, seq, err
}
