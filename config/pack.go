package config

import (
	"embed"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"tocsin/model/calendar"
	"tocsin/model/policy"
)

//go:embed packs
var embedded embed.FS

// The embedded packs, and the procedures that a pack may take over what its
// source has no words for. A procedure is a pack file without rules of its own
// and cannot be chosen for an incident.
const (
	packsFolder      = "packs"
	proceduresFolder = "packs/procedure"
)

// ParsePack reads one pack. The keys of the file are the json names of
// policy.Pack; file is what messages call it. With procedure = "standard" the
// sections that the file leaves out (severities, types, data, roles, phases)
// come from the embedded procedure of that name, together with its questions.
// A pack with anything wrong in it is refused with a *PackError that names
// every problem. It may name embedded calendars only; Calendars.ParsePack knows
// a team's own too.
func ParsePack(file string, data []byte) (*policy.Pack, error) {
	pack, _, err := CheckPack(file, data)
	return pack, err
}

// CheckPack is ParsePack that also returns what the pack's author should look
// at again though it works.
func CheckPack(file string, data []byte) (pack *policy.Pack, warnings []Problem, err error) {
	known, err := shippedCalendars()
	if err != nil {
		return nil, nil, err
	}
	return known.CheckPack(file, data)
}

// ParsePack is the function ParsePack with these calendars.
func (c *Calendars) ParsePack(file string, data []byte) (*policy.Pack, error) {
	pack, _, err := c.CheckPack(file, data)
	return pack, err
}

// CheckPack is the function CheckPack with these calendars.
func (c *Calendars) CheckPack(file string, data []byte) (pack *policy.Pack, warnings []Problem, err error) {
	pack = &policy.Pack{}
	d := decode(file, data, pack)
	if len(d.problems) > 0 && d.lines == nil {
		return nil, nil, &PackError{Problems: d.problems}
	}
	d.complete(pack, c)
	warnings = d.lint(pack)
	if len(d.problems) > 0 {
		return nil, nil, &PackError{Problems: d.sorted()}
	}
	return pack, warnings, nil
}

// complete takes over the procedure the pack names and prepares its calendar.
func (d *document) complete(pack *policy.Pack, known *Calendars) {
	if pack.Procedure != "" {
		d.takeOver(pack)
	}
	zone, err := zoneOf(pack)
	if err != nil {
		d.problem("zone", "%s", err)
	}
	if pack.Calendar, err = known.countedBy(pack, zone); err != nil {
		d.problem("calendar", "%s", err)
	}
}

// zoneOf is the zone of the authority behind the pack, nil where it has none.
func zoneOf(pack *policy.Pack) (*time.Location, error) {
	if pack.Zone == "" {
		return nil, nil
	}
	return LoadZone(pack.Zone)
}

// countedBy is what the pack counts days by in the zone.
func (c *Calendars) countedBy(pack *policy.Pack, zone *time.Location) (calendar.Calendar, error) {
	if pack.CalendarID == "" {
		return calendar.Calendar{Zone: zone}, nil
	}
	return c.Calendar(pack.CalendarID, zone)
}

func (d *document) takeOver(pack *policy.Pack) {
	known := procedureNames()
	if !slices.Contains(known, pack.Procedure) {
		d.problem("procedure", "%q is not a procedure%s", pack.Procedure, suggestion(pack.Procedure, known))
		return
	}
	data, err := embedded.ReadFile(path.Join(proceduresFolder, pack.Procedure+".toml"))
	if err != nil {
		d.problem("procedure", "cannot be read: %v", err)
		return
	}
	procedure := &policy.Pack{}
	read := decode(pack.Procedure, data, procedure)
	d.problems = append(d.problems, read.problems...)
	orElse(&pack.Severities, procedure.Severities)
	orElse(&pack.Types, procedure.Types)
	orElse(&pack.Data, procedure.Data)
	orElse(&pack.Roles, procedure.Roles)
	orElse(&pack.Phases, procedure.Phases)
	for _, question := range procedure.Questions {
		if _, own := pack.Question(question.ID); !own {
			pack.Questions = append(pack.Questions, question)
		}
	}
}

func orElse[T any](section *[]T, other []T) {
	if len(*section) == 0 {
		*section = other
	}
}

func procedureNames() []string {
	entries, err := embedded.ReadDir(proceduresFolder)
	if err != nil {
		return nil
	}
	var names []string
	for _, entry := range entries {
		names = append(names, strings.TrimSuffix(entry.Name(), ".toml"))
	}
	return names
}

// lint adds the errors of the pack's meaning to the problems and returns the
// warnings. What could not be read already has its problem; findings that may
// only follow from that are left out.
func (d *document) lint(pack *policy.Pack) (warnings []Problem) {
	unread := d.problems
	headOnly := wordsMissing(unread)
	for _, finding := range policy.Lint(pack) {
		switch {
		case headOnly && !headKeys[finding.Key], follows(finding.Key, unread):
		case finding.Level == policy.LevelError:
			d.problem(finding.Key, "%s", finding.Message)
		default:
			warnings = append(warnings, Problem{File: d.file, Line: lineOf(d.lines, finding.Key), Key: finding.Key, Message: finding.Message})
		}
	}
	return warnings
}

// headKeys are the keys of a pack that nothing else in it refers to.
var headKeys = map[string]bool{
	"id": true, "version": true, "kind": true, "title": true, "summary": true, "source": true,
	"effective_from": true, "effective_to": true, "checked_on": true, "zone": true, "calendar": true,
}

// wordsMissing reports whether the problems may have cost the pack words that
// its rules and tasks refer to: then every reference would look unknown.
func wordsMissing(problems []Problem) bool {
	for _, problem := range problems {
		section, _, nested := strings.Cut(problem.Key, "[")
		inside := nested && (section == "phases" || section == "rules")
		if !inside && !headKeys[section] {
			return true
		}
	}
	return false
}

// follows reports whether a finding is about what a problem is in, so that it
// may only be the problem's consequence.
func follows(key string, problems []Problem) bool {
	for _, problem := range problems {
		holder := parent(problem.Key)
		if key == holder || strings.HasPrefix(key, problem.Key) || (holder != "" && parent(key) == holder) {
			return true
		}
	}
	return false
}

// shippedPacks reads the embedded packs once: they never change, and no calendar
// that an organisation adds takes away those that they name.
var shippedPacks = sync.OnceValues(func() ([]*policy.Pack, error) {
	known, err := shippedCalendars()
	if err != nil {
		return nil, err
	}
	return known.embeddedPacks()
})

// embeddedPacks reads every embedded pack.
func (c *Calendars) embeddedPacks() ([]*policy.Pack, error) {
	entries, err := embedded.ReadDir(packsFolder)
	if err != nil {
		return nil, fmt.Errorf("read the embedded packs: %w", err)
	}
	var packs []*policy.Pack
	refused := &PackError{}
	for _, entry := range entries {
		if entry.IsDir() {
			continue
		}
		name := path.Join(packsFolder, entry.Name())
		data, err := embedded.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read an embedded pack: %w", err)
		}
		packs = append(packs, refused.keep(c.ParsePack(name, data)))
	}
	if len(refused.Problems) > 0 {
		return nil, refused
	}
	return packs, nil
}

// keep collects the problems of one pack and returns the pack.
func (e *PackError) keep(pack *policy.Pack, err error) *policy.Pack {
	var refused *PackError
	if errors.As(err, &refused) {
		e.Problems = append(e.Problems, refused.Problems...)
	}
	return pack
}
