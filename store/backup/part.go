package backup

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"tocsin/store/vault"
)

// Kind is what a part of a backup is.
type Kind string

// The kinds, in the order in which they come.
const (
	manifestPart Kind = "manifest"
	Vault        Kind = "vault"       // a file of the vault
	File         Kind = "files"       // a file of the team's own
	Events       Kind = "log"         // events
	Removed      Kind = "removed"     // what has the place of one event
	Kept         Kind = "checkpoints" // a kept checkpoint
	Witnessed    Kind = "witnessed"   // a cosigned checkpoint
	Evidence     Kind = "evidence"    // a stored piece of evidence
	Checkpoint   Kind = "checkpoint"  // the one of the whole
	endPart      Kind = "end"
)

// Names of the parts that there is one of.
const (
	manifestName   = "manifest.json"
	checkpointName = "checkpoint"
	endName        = "end.json"
)

// order is that of the kinds.
var order = map[Kind]int{manifestPart: 0, Vault: 1, File: 2, Events: 3, Removed: 4, Kept: 5, Witnessed: 6, Evidence: 7, Checkpoint: 8, endPart: 9}

// kindRules says of each folder what its names must be, and how large what
// lies in it may be; 0 is any size.
var kindRules = map[Kind]struct {
	name func(string) bool
	size int64
}{
	Vault:     {vault.IsFile, 1 << 20},
	File:      {IsOwnFile, MaxFile},
	Events:    {isNumber, maxRun + maxEvent + 16},
	Removed:   {isNumber, maxEvent},
	Kept:      {isNumber, 64 << 10},
	Witnessed: {isNumber, 64 << 10},
	Evidence:  {regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString, 0},
}

// Bounds of what a backup holds.
const (
	// MaxFile is how many bytes a file of the team's own may have.
	MaxFile = 16 << 20
	// maxEvent is how many bytes a stored event has at most.
	maxEvent = 256 << 10
	// maxRun is how many bytes of events go into one part.
	maxRun = 1 << 20
	// numberDigits is how many digits a number in a name has.
	numberDigits = 20
)

// IsOwnFile reports whether a slash-separated path is that of a file of the
// team's own: its settings, packs and calendars.
func IsOwnFile(name string) bool {
	folder, file, ok := strings.Cut(name, "/")
	if !ok {
		return name == "settings.toml"
	}
	plain := file != "" && len(file) <= maxWord && !strings.HasPrefix(file, ".") && strings.HasSuffix(file, ".toml") && !strings.ContainsAny(file, "/\\:\x00")
	return (folder == "packs" || folder == "calendars") && plain
}

func isNumber(name string) bool {
	_, err := parseNumber(name)
	return err == nil
}

func formatNumber(n uint64) string { return fmt.Sprintf("%0*d", numberDigits, n) }

func parseNumber(name string) (uint64, error) {
	n, err := strconv.ParseUint(name, 10, 64)
	if err != nil || formatNumber(n) != name || n == 0 {
		return 0, fmt.Errorf("%w: %.40q is no number", ErrDamaged, name)
	}
	return n, nil
}

// Part is a part of a backup. What it holds is read before the next part is
// asked for.
type Part struct {
	Kind   Kind
	Name   string // within its kind
	Number uint64 // of an event, or how many a checkpoint is of
	Size   int64  // bytes
	io.Reader
}

// parsePart reads the name of an entry of the archive.
func parsePart(name string, size int64) (Part, error) {
	for single, kind := range map[string]Kind{manifestName: manifestPart, checkpointName: Checkpoint, endName: endPart} {
		if name == single {
			return Part{Kind: kind, Name: name, Size: size}, bounded(name, size, 64<<10)
		}
	}
	folder, rest, _ := strings.Cut(name, "/")
	rule, ok := kindRules[Kind(folder)]
	if !ok || !rule.name(rest) {
		return Part{}, fmt.Errorf("%w: %.80q does not belong into one", ErrDamaged, name)
	}
	p := Part{Kind: Kind(folder), Name: rest, Size: size}
	if n, err := parseNumber(rest); err == nil && p.Kind != Evidence {
		p.Number = n
	}
	return p, bounded(name, size, rule.size)
}

func bounded(name string, size, most int64) error {
	if size < 0 || most > 0 && size > most {
		return fmt.Errorf("%w: %s has %d bytes", ErrDamaged, name, size)
	}
	return nil
}

// Bytes reads the part whole. It is not for evidence.
func (p Part) Bytes() ([]byte, error) {
	if p.Kind == Evidence {
		return nil, fmt.Errorf("read %s: too large", p.Name)
	}
	data := make([]byte, p.Size)
	_, err := io.ReadFull(p.Reader, data)
	return data, err
}

// End is how much a backup holds, as its last part says.
type End struct {
	Events   uint64   `json:"events"`
	Removed  uint64   `json:"removed"` // events before these whose text was removed
	Vault    int      `json:"vault"`   // files
	Files    int      `json:"files"`   // of the team's own
	Notes    int      `json:"notes"`   // kept and cosigned checkpoints
	Evidence int      `json:"evidence"`
	Changed  []string `json:"changed"` // SHA-256 of evidence that was not what was taken in
	Missing  []string `json:"missing"` // and of evidence that was not there
}

// count takes a part into account.
func (e *End) count(kind Kind) {
	switch kind {
	case Vault:
		e.Vault++
	case File:
		e.Files++
	case Removed:
		e.Removed++
	case Kept, Witnessed:
		e.Notes++
	case Evidence:
		e.Evidence++
	}
}

// same reports whether as much was found as was written.
func (e End) same(found End) bool {
	return e.Events == found.Events && e.Removed == found.Removed && e.Vault == found.Vault && e.Files == found.Files && e.Notes == found.Notes && e.Evidence == found.Evidence
}
