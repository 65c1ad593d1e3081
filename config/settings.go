package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tocsin/model"
)

// Themes that the settings may name. "auto" follows the terminal's background.
var Themes = []string{"auto", "dark", "light", "contrast"}

// VaultKeys are what may unlock the vault; "" takes the vault as it is.
var VaultKeys = []string{"", "file", "passphrase", "keyring"}

// VaultSettings say how the record's keys are unlocked.
type VaultSettings struct {
	Key     string `json:"key"`      // one of VaultKeys
	KeyFile string `json:"key_file"` // where the key file lies; "" is in the vault
}

// Settings are one person's taste, kept in settings.toml in the data
// directory. Every key is optional.
type Settings struct {
	Theme         string              `json:"theme"`          // one of Themes
	Mouse         bool                `json:"mouse"`          // whether the mouse may be used
	ReducedMotion bool                `json:"reduced_motion"` // whether nothing moves but the clock
	Keys          map[string][]string `json:"keys"`           // keys of an action by its id, in place of its own
	Vault         VaultSettings       `json:"vault"`
	Reminders     Reminders           `json:"reminders"` // what a reminder does beside being shown
	Serve         ServeSettings       `json:"serve"`     // of tocsin serve
	Console       ConsoleSettings     `json:"console"`
	Wall          WallSettings        `json:"wall"` // what a screen shows that a room looks at
}

// ConsoleSettings are how the console behaves.
type ConsoleSettings struct {
	LockAfter *int `json:"lock_after"` // minutes without a key until it locks, up to MaxLockAfter; 0 is never, nil as Lock says
}

// Bounds of when a console locks, in minutes: over the network where nothing is
// said, and at most.
const (
	DefaultLockAfter = 15
	MaxLockAfter     = 24 * 60
)

// Lock is how long nobody may type at a console before it locks; 0 is never. Where
// nothing is said those that are used over the network lock, and no others.
func (s ConsoleSettings) Lock(network bool) time.Duration {
	switch {
	case s.LockAfter != nil:
		return time.Duration(*s.LockAfter) * time.Minute
	case network:
		return DefaultLockAfter * time.Minute
	}
	return 0
}

// WallSettings are what a wall shows, and for how long.
type WallSettings struct {
	Zones       []string `json:"zones"`        // IANA names of the zones whose clocks are shown; none are the space's own and UTC
	TLP         string   `json:"tlp"`          // the most restrictive label whose incidents are shown, such as AMBER
	PageSeconds int      `json:"page_seconds"` // how long a page stays, MinPageSeconds to MaxPageSeconds
}

// Bounds of how long a page of a wall stays: long enough to be read, short
// enough that somebody who waits for the next one sees it.
const (
	MinPageSeconds = 3
	MaxPageSeconds = 3600
)

// Reminders are how a person wants to hear of a reminder that comes up. Each
// level of each deadline is heard once.
type Reminders struct {
	Bell   bool `json:"bell"`   // the terminal's bell rings
	Notify bool `json:"notify"` // the terminal is asked to notify the desktop (OSC 9)
}

// DefaultSettings are in force where the file says nothing.
func DefaultSettings() Settings {
	return Settings{Theme: "auto", Mouse: true, Reminders: Reminders{Bell: true}, Serve: ServeSettings{Listen: DefaultListen, Life: DefaultLife.String()}, Wall: WallSettings{TLP: string(model.TLPAmber), PageSeconds: 15}}
}

// LoadSettings reads the settings file. A file that does not exist means the
// defaults; one with anything wrong in it is refused with a *SettingsError.
// Whether the ids under [keys] are actions is for their owner to say.
func LoadSettings(path string) (Settings, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return DefaultSettings(), nil
	}
	if err != nil {
		return DefaultSettings(), fmt.Errorf("read the settings: %w", err)
	}
	return ParseSettings(path, data)
}

// ParseSettings reads the text of a settings file; file is what messages call
// it. On an error the defaults are returned with it.
func ParseSettings(file string, data []byte) (Settings, error) {
	settings := DefaultSettings()
	d := decode(file, data, &settings)
	if !slices.Contains(Themes, settings.Theme) {
		d.problem("theme", "%q is not a theme%s", settings.Theme, suggestion(settings.Theme, Themes))
	}
	if !slices.Contains(VaultKeys, settings.Vault.Key) {
		d.problem("vault.key", "%q unlocks no vault%s", settings.Vault.Key, suggestion(settings.Vault.Key, VaultKeys[1:]))
	}
	if settings.Vault.KeyFile != "" && !filepath.IsAbs(settings.Vault.KeyFile) {
		d.problem("vault.key_file", "must be a whole path, from the root on")
	}
	d.serve(settings.Serve)
	if after := settings.Console.LockAfter; after != nil && (*after < 0 || *after > MaxLockAfter) {
		d.problem("console.lock_after", "must be from 0, which is never, to %d minutes", MaxLockAfter)
	}
	d.wall(settings.Wall)
	for _, action := range sortedKeys(settings.Keys) {
		d.keys(action, settings.Keys[action])
	}
	if len(d.problems) > 0 {
		return DefaultSettings(), &SettingsError{Problems: d.sorted()}
	}
	return settings, nil
}

func (d *document) wall(wall WallSettings) {
	if _, err := ParseTLP(wall.TLP); err != nil {
		d.problem("wall.tlp", "%s", err)
	}
	if err := CheckPageSeconds(wall.PageSeconds); err != nil {
		d.problem("wall.page_seconds", "%s", err)
	}
	for i, zone := range wall.Zones {
		if _, err := LoadZone(zone); err != nil {
			d.problem("wall.zones"+index(i), "%s", err)
		}
	}
}

// ParseTLP reads a Traffic Light Protocol label, in either case and with or
// without its TLP: in front.
func ParseTLP(text string) (model.TLP, error) {
	label := model.TLP(strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "TLP:"))
	names := make([]string, 0, len(model.TLPs()))
	for _, one := range model.TLPs() {
		names = append(names, string(one))
	}
	if !slices.Contains(names, string(label)) {
		return "", fmt.Errorf("%q is not a TLP label: write one of %s", text, strings.Join(names, ", "))
	}
	return label, nil
}

// CheckPageSeconds refuses what is no sensible time for a page to stay.
func CheckPageSeconds(seconds int) error {
	if seconds < MinPageSeconds || seconds > MaxPageSeconds {
		return fmt.Errorf("%d seconds is no time for a page to stay: write %d to %d", seconds, MinPageSeconds, MaxPageSeconds)
	}
	return nil
}

func (d *document) keys(action string, keys []string) {
	place := join("keys", action)
	for i, key := range keys {
		switch {
		case key == "":
			d.problem(place+index(i), "must not be empty: write a key such as \"k\" or \"ctrl+r\"")
		case slices.Contains(keys[:i], key):
			d.problem(place+index(i), "%q is there twice", key)
		}
	}
}
