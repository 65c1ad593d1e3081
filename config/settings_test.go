package config

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestLoadSettings(t *testing.T) {
	missing, err := LoadSettings(filepath.Join(t.TempDir(), "settings.toml"))
	if err != nil || !reflect.DeepEqual(missing, DefaultSettings()) {
		t.Errorf("a missing file means the defaults: %+v %v", missing, err)
	}
	file := filepath.Join(t.TempDir(), "settings.toml")
	text := "theme = \"contrast\"\nmouse = false\nreduced_motion = true\n[keys]\n\"queue.filter\" = [\"/\", \"f\"]\nhelp = []\n[vault]\nkey = \"file\"\nkey_file = \"/media/key\"\n[reminders]\nnotify = true\n[serve]\nlisten = \"0.0.0.0:22\"\nlife = \"1h\"\n[console]\nlock_after = 0\n[wall]\nzones = [\"Asia/Tokyo\", \"UTC\"]\ntlp = \"tlp:green\"\npage_seconds = 30\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := LoadSettings(file)
	want := Settings{Theme: "contrast", ReducedMotion: true, Keys: map[string][]string{"queue.filter": {"/", "f"}, "help": {}}, Vault: VaultSettings{Key: "file", KeyFile: "/media/key"}, Reminders: Reminders{Bell: true, Notify: true}, Serve: ServeSettings{Listen: "0.0.0.0:22", Life: "1h"}, Console: ConsoleSettings{LockAfter: new(int)}, Wall: WallSettings{Zones: []string{"Asia/Tokyo", "UTC"}, TLP: "tlp:green", PageSeconds: 30}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}
	if _, err := LoadSettings(t.TempDir()); err == nil || !strings.Contains(err.Error(), "read the settings") {
		t.Errorf("a folder is no settings file: %v", err)
	}
}

func TestParseSettingsRefuses(t *testing.T) {
	text := "theme = \"drak\"\nmouse = \"off\"\nthem = 1\n[keys]\nhelp = \"?\"\nqueue = [\"q\", \"\", \"q\"]\n[vault]\nkey = \"fil\"\nkey_file = \"key\"\n[serve]\nlisten = \"2222\"\nmetrics = \"0.0.0.0:9222\"\nlife = \"1s\"\nper_person = -1\n[wall]\nzones = [\"UTC\", \"Europe/Berln\"]\ntlp = \"PINK\"\npage_seconds = 0\n[console]\nlock_after = 1441\n"
	got, err := ParseSettings("settings.toml", []byte(text))
	var refused *SettingsError
	if !errors.As(err, &refused) || !reflect.DeepEqual(got, DefaultSettings()) {
		t.Fatalf("%+v %v", got, err)
	}
	want := strings.Join([]string{
		`settings.toml:1: theme: "drak" is not a theme: did you mean "dark"?`,
		`settings.toml:2: mouse: must be true or false; this is the text "off"`,
		`settings.toml:3: them: unknown key: did you mean "theme"?`,
		`settings.toml:5: keys.help: must be a list in brackets, such as [ … ]; this is the text "?"`,
		`settings.toml:6: keys.queue[1]: must not be empty: write a key such as "k" or "ctrl+r"`,
		`settings.toml:6: keys.queue[2]: "q" is there twice`,
		`settings.toml:8: vault.key: "fil" unlocks no vault: did you mean "file"?`,
		`settings.toml:9: vault.key_file: must be a whole path, from the root on`,
		`settings.toml:11: serve.listen: must be an address and a port, such as 127.0.0.1:2222`,
		`settings.toml:12: serve.metrics: must be an address of this machine alone, such as 127.0.0.1:9222`,
		`settings.toml:13: serve.life: "1s" is no time from 1m to 168h`,
		`settings.toml:14: serve.per_person: must be from 0 to 10000`,
		`settings.toml:16: wall.zones[1]: "Europe/Berln" is not a time zone: did you mean Europe/Berlin?`,
		`settings.toml:17: wall.tlp: "PINK" is not a TLP label: write one of RED, AMBER+STRICT, AMBER, GREEN, CLEAR`,
		`settings.toml:18: wall.page_seconds: 0 seconds is no time for a page to stay: write 3 to 3600`,
		`settings.toml:20: console.lock_after: must be from 0, which is never, to 1440 minutes`,
	}, "\n")
	if err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestConsoleLocks(t *testing.T) {
	for _, c := range []struct {
		text               string
		here, overTheWires time.Duration
	}{
		{"", 0, 15 * time.Minute},
		{"[console]\nlock_after = 0\n", 0, 0},
		{"[console]\nlock_after = 1\n", time.Minute, time.Minute},
		{"[console]\nlock_after = 1440\n", 24 * time.Hour, 24 * time.Hour},
	} {
		got, err := ParseSettings("settings.toml", []byte(c.text))
		if here, network := got.Console.Lock(false), got.Console.Lock(true); err != nil || here != c.here || network != c.overTheWires {
			t.Errorf("%q: %v and %v, want %v and %v: %v", c.text, here, network, c.here, c.overTheWires, err)
		}
	}
	for _, minutes := range []string{"-1", "1441", "1.5", "\"15\""} {
		if got, err := ParseSettings("settings.toml", []byte("[console]\nlock_after = "+minutes+"\n")); err == nil || got.Console.LockAfter != nil {
			t.Errorf("%s minutes are taken", minutes)
		}
	}
}
