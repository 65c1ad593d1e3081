package main

import (
	"cmp"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"tocsin/config"
	"tocsin/model/calendar"
	"tocsin/model/policy"
	"tocsin/store"
	"tocsin/store/health"
	"tocsin/tui"
)

// checkSettings checks what a team sets, and the zone database.
func (a *app) checkSettings(dir string) []health.Finding {
	return []health.Finding{a.checkZones(), checkLibrary(dir), checkSettingsFile(filepath.Join(dir, settingsFile))}
}

func (a *app) checkZones() health.Finding {
	const check = "zone data"
	found := health.Finding{Check: check, Level: health.Sound, Text: zoneDatabase(a.getenv("ZONEINFO"), zoneFolders)}
	if _, err := time.LoadLocation(probe); err != nil {
		return health.Finding{Check: check, Level: health.Wrong, Text: "time zones cannot be read: " + err.Error(), Mend: "unset ZONEINFO"}
	}
	return found
}

// checkLibrary checks a team's own packs, calendars and templates.
func checkLibrary(dir string) health.Finding {
	const check = "own policies"
	_, problems, err := config.LoadLibrary(dir)
	if err == nil {
		var wrong []config.Problem
		_, wrong, err = config.LoadTemplates(filepath.Join(dir, config.TemplatesFolder))
		problems = append(problems, wrong...)
	}
	switch {
	case err != nil:
		return health.Finding{Check: check, Level: health.Wrong, Text: err.Error(), Mend: "tocsin policy lint"}
	case len(problems) > 0:
		return health.Finding{Check: check, Level: health.Wrong, Text: leftOutWords(problems[:1]), Mend: "tocsin policy lint"}
	}
	return health.Finding{Check: check, Level: health.Sound, Text: "nothing of the team's own packs, calendars and templates is left out"}
}

func checkSettingsFile(file string) health.Finding {
	const check = "settings"
	settings, err := config.LoadSettings(file)
	if err == nil {
		err = tui.CheckKeys(settings.Keys)
	}
	if err != nil {
		return health.Finding{Check: check, Level: health.Wrong, Text: strings.Join(strings.Fields(err.Error()), " "), Mend: cmp.Or(editor[runtime.GOOS], "vi") + " " + file}
	}
	return health.Finding{Check: check, Level: health.Sound, Text: "they are in force as written"}
}

var editor = map[string]string{"windows": "notepad"}

// checkAdopted checks what a space has adopted against the library.
func (a *app) checkAdopted(dir string) func(*store.Space) []health.Finding {
	return func(space *store.Space) []health.Finding {
		library, _, err := config.LoadLibrary(dir)
		if err != nil {
			return nil // said by checkLibrary
		}
		return []health.Finding{checkPacks(space, library), checkCalendars(space, library), checkSpaceZone(space)}
	}
}

// checkPacks looks for packs of which the library has a newer version; the next
// start adopts those, and incidents under way keep what they were opened under.
func checkPacks(space *store.Space, library *config.Library) health.Finding {
	const check = "packs"
	var behind []string
	newest := make(map[string]*policy.Pack)
	for pack := range space.Snapshot().Packs() {
		if known := newest[pack.ID]; known == nil || known.Version < pack.Version {
			newest[pack.ID] = pack
		}
	}
	for id, pack := range newest {
		if latest, ok := library.Latest(id); ok && latest.Version > pack.Version {
			behind = append(behind, fmt.Sprintf("%s is version %d, here is %d", id, pack.Version, latest.Version))
		}
	}
	if len(behind) == 0 {
		return health.Finding{Check: check, Level: health.Sound, Text: fmt.Sprintf("the %d that are adopted are the newest known here", len(newest))}
	}
	slices.Sort(behind)
	return health.Finding{Check: check, Level: health.Doubtful, Text: strings.Join(behind, "; "), Mend: "tocsin policy list"}
}

// checkCalendars looks for calendars of which the library has a newer version:
// those are adopted by hand.
func checkCalendars(space *store.Space, library *config.Library) health.Finding {
	const check = "calendars"
	s := &session{space: space, library: library}
	adopted := s.adoptedCalendars()
	for _, e := range adopted {
		if newer, ok := s.offered(e); ok {
			return health.Finding{Check: check, Level: health.Doubtful, Text: "due times are counted by " + e.Name() + ", and " + newer.Name() + " is here", Mend: "tocsin policy calendar adopt " + e.ID}
		}
	}
	return health.Finding{Check: check, Level: health.Sound, Text: "counted by: " + cmp.Or(strings.Join(calendarNames(adopted), ", "), noCalendar)}
}

func calendarNames(all []*calendar.Edition) (names []string) {
	for _, e := range all {
		names = append(names, e.Name())
	}
	return names
}

func checkSpaceZone(space *store.Space) health.Finding {
	const check = "zone"
	name := space.Snapshot().Meta.Zone
	if _, err := config.LoadZone(name); name != "" && err != nil {
		return health.Finding{Check: check, Level: health.Wrong, Text: "the space's zone: " + err.Error(), Mend: "tocsin setup --zone ZONE"}
	}
	return health.Finding{Check: check, Level: health.Sound, Text: "times are those of " + cmp.Or(name, "no place yet")}
}
