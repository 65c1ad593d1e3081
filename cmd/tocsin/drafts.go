package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"sync"

	"tocsin/model"
	"tocsin/store/drafts"
	"tocsin/tui"
)

// draftsFolder, in the data directory, holds what people typed and did not save.
const draftsFolder = "drafts"

// mostDrafts bounds the drafts that are kept of one person; the oldest go.
const mostDrafts = 200

// desk is where somebody's drafts of a space lie, for all of their consoles in
// this process.
type desk struct {
	person string
	open   func() (*drafts.Folder, error)
	known  func(model.ID) bool // the incident is still there

	mu     sync.Mutex
	loaded bool
	gone   bool // the person was forgotten
	kept   []tui.Draft
}

// desk is the one of a person in a space.
func (h *house) desk(s *session, person string) *desk {
	h.mu.Lock()
	defer h.mu.Unlock()
	space := s.space
	key := [2]string{space.ID(), person}
	if found := h.desks[key]; found != nil {
		return found
	}
	if h.desks == nil {
		h.desks = make(map[[2]string]*desk)
	}
	d := &desk{person: person, open: sync.OnceValues(func() (*drafts.Folder, error) { return h.openDrafts(space.ID()) })}
	d.known = func(id model.ID) bool {
		_, ok := space.Snapshot().Incident(id)
		return ok
	}
	h.desks[key] = d
	return d
}

func (h *house) openDrafts(space string) (*drafts.Folder, error) {
	key, err := h.store.Vault().Seed("drafts")
	if err != nil {
		return nil, err
	}
	return drafts.Open(filepath.Join(h.dir, draftsFolder), space, key, h.now()())
}

// load reads what is kept, once; what cannot be read is as if it were not
// there. d.mu is held.
func (d *desk) load() {
	if d.loaded {
		return
	}
	d.loaded = true
	folder, err := d.open()
	if err != nil {
		return
	}
	data, err := folder.Read(d.person)
	if err != nil || data == nil || json.Unmarshal(data, &d.kept) != nil {
		d.kept = nil
		return
	}
	d.kept = slices.DeleteFunc(d.kept, func(one tui.Draft) bool { return one.Incident != "" && !d.known(one.Incident) })
}

// Kept is what is kept now, latest first.
func (d *desk) Kept() []tui.Draft {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.load()
	return d.kept
}

// Keep keeps a draft.
func (d *desk) Keep(_ context.Context, draft tui.Draft, from tui.DraftMark) error {
	return d.change(func(all []tui.Draft) []tui.Draft {
		all = append(all, draft)
		slices.SortStableFunc(all, func(a, b tui.Draft) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
		return all[:min(len(all), mostDrafts)]
	}, draft.ID, from)
}

// Discard forgets a draft.
func (d *desk) Discard(_ context.Context, id string, from tui.DraftMark) error {
	return d.change(func(all []tui.Draft) []tui.Draft { return all }, id, from)
}

// change makes other drafts of those that are kept without a draft and the one
// that it was begun from, and keeps them.
func (d *desk) change(make func([]tui.Draft) []tui.Draft, id string, from tui.DraftMark) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.load()
	if d.gone {
		return errors.New("the person was forgotten")
	}
	rest := slices.DeleteFunc(slices.Clone(d.kept), func(one tui.Draft) bool {
		return one.ID == id || one.ID == from.ID && one.At.Equal(from.At)
	})
	next := make(rest)
	written, err := d.write(next)
	if err != nil {
		return err
	}
	d.kept = written
	return nil
}

// write keeps drafts durably, without the oldest where they take too much.
func (d *desk) write(all []tui.Draft) ([]tui.Draft, error) {
	folder, err := d.open()
	if err != nil {
		return nil, err
	}
	for {
		if len(all) == 0 {
			return nil, folder.Remove(d.person)
		}
		data, err := json.Marshal(all)
		if err != nil {
			return nil, err
		}
		if err = folder.Write(d.person, data); !errors.Is(err, drafts.ErrTooLarge) || len(all) == 1 {
			return all, err
		}
		all = all[:len(all)-1]
	}
}

// forget destroys what is kept, and keeps nothing more.
func (d *desk) forget() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.loaded, d.gone, d.kept = true, true, nil
	folder, err := d.open()
	if err != nil {
		return err
	}
	return folder.Remove(d.person)
}
