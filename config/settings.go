package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
}

// Reminders are how a person wants to hear of a reminder that comes up. Each
// level of each deadline is heard once.
type Reminders struct {
	Bell   bool `json:"bell"`   // the terminal's bell rings
	Notify bool `json:"notify"` // the terminal is asked to notify the desktop (OSC 9)
}

// DefaultSettings are in force where the file says nothing.
func DefaultSettings() Settings {
	return Settings{Theme: "auto", Mouse: true, Reminders: Reminders{Bell: true}, Serve: ServeSettings{Listen: DefaultListen, Life: DefaultLife.String()}}
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
	for _, action := range sortedKeys(settings.Keys) {
		d.keys(action, settings.Keys[action])
	}
	if len(d.problems) > 0 {
		return DefaultSettings(), &SettingsError{Problems: d.sorted()}
	}
	return settings, nil
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
