package config

import (
	"strings"
	"testing"
)

func TestLoadZone(t *testing.T) {
	for name, hint := range map[string]string{
		"Europe/Berln":  "did you mean Europe/Berlin?",
		"Berlin":        "did you mean Europe/Berlin?",
		"europe/berlin": "did you mean Europe/Berlin?",
		"New York":      "did you mean America/New_York?",
		"utc":           "did you mean UTC?",
		"Middle-earth":  "write an IANA name",
		"../etc/passwd": "write an IANA name",
		"Local":         "no time zone is named",
		"":              "no time zone is named",
	} {
		zone, err := LoadZone(name)
		if err == nil || !strings.Contains(err.Error(), hint) || zone != nil {
			t.Errorf("LoadZone(%q): %v %v, want it to say %q", name, zone, err, hint)
		}
	}
}

func TestEveryNamedZoneLoads(t *testing.T) {
	names := ZoneNames()
	if len(names) < 400 {
		t.Fatalf("only %d zones", len(names))
	}
	for _, name := range names {
		if _, err := LoadZone(name); err != nil {
			t.Error(err)
		}
	}
}

func TestLocalZone(t *testing.T) {
	for tz, want := range map[string]string{
		"Asia/Kolkata": "Asia/Kolkata", ":Asia/Kolkata": "Asia/Kolkata", "/usr/share/zoneinfo/Europe/Paris": "Europe/Paris",
	} {
		t.Setenv("TZ", tz)
		if got := LocalZone(); got != want {
			t.Errorf("TZ=%s gives %s, want %s", tz, got, want)
		}
	}
	t.Setenv("TZ", "nowhere")
	if _, err := LoadZone(LocalZone()); err != nil {
		t.Errorf("the guess is unknown: %v", err)
	}
}
