package config

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // so that zones are there on machines without a zone database

	"tocsin/model/policy"
)

//go:embed zones.txt
var zoneList string

// ZoneNames returns the IANA names of all zones in the embedded zone database,
// sorted.
func ZoneNames() []string { return strings.Fields(zoneList) }

// LoadZone returns the time zone with an IANA name such as Europe/Berlin or
// UTC. "Local" and "" are refused: what they mean differs from machine to
// machine. The error of a misspelt name gives the nearest right one.
func LoadZone(name string) (*time.Location, error) {
	if name == "" || name == "Local" {
		return nil, errors.New("no time zone is named: write one such as Europe/Berlin or UTC")
	}
	zone, err := time.LoadLocation(name)
	if err != nil || !slices.Contains(ZoneNames(), name) {
		return nil, fmt.Errorf("%q is not a time zone%s", name, nearestZone(name))
	}
	return zone, nil
}

// nearestZone suggests a zone for a misspelt name, by the whole name or by its
// city alone.
func nearestZone(name string) string {
	names := ZoneNames()
	if nearest := policy.Nearest(name, names); nearest != "" {
		return fmt.Sprintf(": did you mean %s?", nearest)
	}
	cities := make([]string, len(names))
	for i, full := range names {
		cities[i] = city(full)
	}
	if nearest := policy.Nearest(city(name), cities); nearest != "" {
		return fmt.Sprintf(": did you mean %s?", names[slices.Index(cities, nearest)])
	}
	return ": write an IANA name such as Europe/Berlin, America/New_York or UTC"
}

func city(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

// LocalZone returns the best guess at the machine's IANA zone: the TZ variable,
// then the file that /etc/localtime points to, then what /etc/timezone says,
// otherwise UTC. The name is always one that LoadZone knows.
func LocalZone() string {
	link, _ := filepath.EvalSymlinks("/etc/localtime")
	written, _ := os.ReadFile("/etc/timezone")
	for _, guess := range []string{
		strings.TrimPrefix(os.Getenv("TZ"), ":"),
		afterZoneinfo(link),
		strings.TrimSpace(string(written)),
	} {
		name := afterZoneinfo(guess)
		if name == "Etc/UTC" { // how systems name what people call UTC
			name = "UTC"
		}
		if _, err := LoadZone(name); err == nil {
			return name
		}
	}
	return "UTC"
}

// afterZoneinfo cuts the folder of a zone database off a path.
func afterZoneinfo(path string) string {
	if _, name, found := strings.Cut(path, "zoneinfo/"); found {
		return name
	}
	return path
}
