package main

import (
	"encoding/json"
	"os"
	"path/filepath"

	"tocsin/store/disk"
	"tocsin/tui"
)

// resumeFile, within the data directory, holds where each person left the
// console. It is a convenience, no part of the record: one that cannot be read
// or written costs nothing but the place.
const resumeFile = "console.json"

// places reads where people left the console, by their names.
func places(dir string) map[string]tui.Resume {
	found := make(map[string]tui.Resume)
	if data, err := os.ReadFile(filepath.Join(dir, resumeFile)); err == nil {
		if json.Unmarshal(data, &found) != nil {
			return make(map[string]tui.Resume)
		}
	}
	return found
}

// place is where somebody left the console.
func (h *house) place(who string) tui.Resume {
	h.placing.Lock()
	defer h.placing.Unlock()
	return places(h.dir)[who]
}

// keepPlace writes where somebody left the console.
func (h *house) keepPlace(who string, place tui.Resume) {
	h.placing.Lock()
	defer h.placing.Unlock()
	keepPlace(h.dir, who, place)
}

// forgetPlace takes a person's name out of the file.
func (h *house) forgetPlace(who string) error {
	h.placing.Lock()
	defer h.placing.Unlock()
	all := places(h.dir)
	if _, known := all[who]; !known {
		return nil
	}
	delete(all, who)
	return writePlaces(h.dir, all)
}

func keepPlace(dir, who string, place tui.Resume) {
	all := places(dir)
	all[who] = place
	_ = writePlaces(dir, all)
}

// writePlaces replaces the file as a whole, so that a kill leaves the old one.
func writePlaces(dir string, all map[string]tui.Resume) error {
	data, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return disk.Steps(nil).Replace(filepath.Join(dir, resumeFile), data)
}
