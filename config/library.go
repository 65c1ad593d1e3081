package config

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/model/policy"
)

// Library is every pack a console knows, all versions of each. It is never
// changed once loaded, so it is shared freely.
type Library struct {
	packs     []*policy.Pack // by id, then by version
	files     map[policy.Ref]string
	calendars *Calendars
}

// The folders of a data directory that hold a team's own packs and calendars.
const (
	PacksFolder     = "packs"
	CalendarsFolder = "calendars"
)

// LoadLibrary reads the embedded packs and calendars and those of a data
// directory; either folder may be missing there, and dir may be "". Packs and
// calendars of the directory that are not right are left out, and what is wrong
// with them is told: one slip in one file keeps nobody from working with the
// others.
func LoadLibrary(dir string) (*Library, []Problem, error) {
	if dir == "" {
		library, err := LoadPacks("")
		return library, nil, err
	}
	known, problems, err := LoadCalendars(filepath.Join(dir, CalendarsFolder))
	if err != nil {
		return nil, nil, err
	}
	library, wrong, err := known.soundPacks(filepath.Join(dir, PacksFolder))
	return library, append(problems, wrong...), err
}

// LoadPacks reads the embedded packs and every *.toml file in dir; a dir that
// is "" or does not exist adds none. A pack of the same id as an embedded one
// replaces it for new incidents if its version is higher; otherwise it is
// refused, as are two of the same id and version. Either the whole library is
// returned or a *PackError with every problem of every file. Packs may name
// embedded calendars only; see LoadLibrary.
func LoadPacks(dir string) (*Library, error) {
	known, err := shippedCalendars()
	if err != nil {
		return nil, err
	}
	return known.loadPacks(dir)
}

func (c *Calendars) loadPacks(dir string) (*Library, error) {
	library, problems, err := c.soundPacks(dir)
	if err == nil && len(problems) > 0 {
		err = &PackError{Problems: problems}
	}
	if err != nil {
		return nil, err
	}
	return library, nil
}

func (c *Calendars) soundPacks(dir string) (*Library, []Problem, error) {
	packs, err := shippedPacks()
	if err != nil {
		return nil, nil, err
	}
	shelf := &shelf{packs: slices.Clone(packs), calendars: c, origin: map[policy.Ref]string{}}
	if err := shelf.addFolder(dir); err != nil {
		return nil, nil, err
	}
	slices.SortFunc(shelf.packs, byRef)
	return &Library{packs: shelf.packs, files: shelf.origin, calendars: c}, shelf.refused.Problems, nil
}

func byRef(a, b *policy.Pack) int {
	return cmp.Or(strings.Compare(a.ID, b.ID), cmp.Compare(a.Version, b.Version))
}

// With returns a library that has these packs too, each in the place of its own
// version: what a record adopted comes before what a file says now.
func (l *Library) With(packs ...*policy.Pack) *Library {
	more := *l
	more.packs = slices.Clone(l.packs)
	for _, pack := range packs {
		if at, found := slices.BinarySearchFunc(more.packs, pack, byRef); found {
			more.packs[at] = pack
		} else {
			more.packs = slices.Insert(more.packs, at, pack)
		}
	}
	return &more
}

// File returns the file that a version of a pack was read from; "" for those
// that come with the console.
func (l *Library) File(ref policy.Ref) string { return l.files[ref] }

// shelf is a library while it is filled. Every file is read before any is
// judged against the others, so the order of file names decides nothing.
type shelf struct {
	packs     []*policy.Pack
	calendars *Calendars
	origin    map[policy.Ref]string // the user's file that a version came from
	refused   PackError
}

func (s *shelf) addFolder(dir string) error {
	files, err := tomlFiles(dir)
	if err != nil {
		return fmt.Errorf("read the folder of policy packs: %w", err)
	}
	shipped := len(s.packs)
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			s.refused.Problems = append(s.refused.Problems, Problem{File: file, Message: fmt.Sprintf("cannot be read: %v", err)})
			continue
		}
		if pack := s.refused.keep(s.calendars.ParsePack(file, data)); pack != nil {
			s.add(file, data, pack, s.packs[:shipped])
		}
	}
	return nil
}

func (s *shelf) add(file string, data []byte, pack *policy.Pack, shipped []*policy.Pack) {
	lines := keyLines(string(data))
	refuse := func(key, format string, args ...any) {
		s.refused.Problems = append(s.refused.Problems,
			Problem{File: file, Line: lineOf(lines, key), Key: key, Message: fmt.Sprintf(format, args...)})
	}
	if slices.Contains(procedureNames(), pack.ID) {
		refuse("id", "%q is the name of an embedded procedure: choose another", pack.ID)
		return
	}
	for _, other := range shipped {
		if other.ID == pack.ID && pack.Version <= other.Version {
			refuse("version", "%s comes with the console already: write version = %d or higher to replace it", other.Ref(), other.Version+1)
			return
		}
	}
	if first, twice := s.origin[pack.Ref()]; twice {
		refuse("version", "%s is in %s too: give the newer one a higher version", pack.Ref(), first)
		return
	}
	s.origin[pack.Ref()] = file
	s.packs = append(s.packs, pack)
}

// Calendars returns the holidays that the packs count by.
func (l *Library) Calendars() *Calendars { return l.calendars }

// Packs returns the latest version of each pack, by id.
func (l *Library) Packs() []*policy.Pack {
	return l.latest(func(*policy.Pack) bool { return true })
}

// Procedures returns the latest version of each pack that an incident may run
// under, by id.
func (l *Library) Procedures() []*policy.Pack {
	return l.latest(func(p *policy.Pack) bool { return p.Kind == policy.Procedure })
}

// Regimes returns the latest version of each pack that adds obligations to
// whatever procedure an incident runs under, by id.
func (l *Library) Regimes() []*policy.Pack {
	return l.latest(func(p *policy.Pack) bool { return p.Kind == policy.Regime })
}

func (l *Library) latest(wanted func(*policy.Pack) bool) []*policy.Pack {
	var packs []*policy.Pack
	for i, pack := range l.packs {
		newest := i == len(l.packs)-1 || l.packs[i+1].ID != pack.ID
		if newest && wanted(pack) {
			packs = append(packs, pack)
		}
	}
	return packs
}

// Latest returns the latest version of the pack with the id.
func (l *Library) Latest(id string) (*policy.Pack, bool) {
	for _, pack := range slices.Backward(l.packs) {
		if pack.ID == id {
			return pack, true
		}
	}
	return nil, false
}

// Pack returns one version of a pack, which an incident was opened under.
func (l *Library) Pack(ref policy.Ref) (*policy.Pack, bool) {
	for _, pack := range l.packs {
		if pack.Ref() == ref {
			return pack, true
		}
	}
	return nil, false
}

// IDs returns the id of every pack, sorted, for messages and completion.
func (l *Library) IDs() []string {
	var ids []string
	for _, pack := range l.Packs() {
		ids = append(ids, pack.ID)
	}
	return ids
}
