package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"tocsin/config"
	"tocsin/store"
	"tocsin/store/channels"
	"tocsin/store/evidence"
	"tocsin/store/factor"
)

// house is a data directory that this process has open. Every session in the
// process works in it: one store, one opened space of each name, one place
// for what evidence consists of. It is safe for concurrent use.
type house struct {
	dir   string
	store *store.Store
	free  func(dir string) (uint64, error) // room on the disk; nil asks the operating system
	clock func() time.Time

	placing   sync.Mutex // of the file that says where people left the console
	enrolling sync.Mutex // of second factors, in the directory and in the record

	mu        sync.Mutex
	companies map[string]*company                        // by space
	desks     map[[2]string]*desk                        // by space and person
	exhibits  map[string]func() (*evidence.Blobs, error) // by space
	books     map[string]*factor.Book                    // second factors, by space
	leaving   []*deliverer                               // what lets notices leave
	ways      map[string]*channels.Folder                // how channels are entered, by space
	adopted   *config.Library                            // the packs and calendars that were last adopted
	wrong     []config.Problem                           // what was wrong with those that were left out
}

func openHouse(ctx context.Context, dir string, options store.Options) (*house, error) {
	st, err := store.Open(ctx, dir, options)
	if err != nil {
		return nil, troubled(err)
	}
	return &house{dir: dir, store: st, free: options.Free, clock: options.Now, exhibits: make(map[string]func() (*evidence.Blobs, error))}, nil
}

// now is the house's clock.
func (h *house) now() func() time.Time {
	if h.clock == nil {
		return time.Now
	}
	return h.clock
}

func (h *house) close() error { return closeStore(h.store) }

// enter begins a session in a space of the house.
func (h *house) enter(ctx context.Context, space string, library *config.Library) (*session, error) {
	opened, err := h.store.Space(ctx, space)
	if err != nil {
		return nil, troubled(err)
	}
	return &session{house: h, space: opened, library: library, blobs: h.blobsOf(space)}, nil
}

// blobsOf is what the evidence of a space consists of. It is opened when it is
// first needed, and once: opening removes what an interrupted run left half
// written.
func (h *house) blobsOf(space string) func() (*evidence.Blobs, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	open, ok := h.exhibits[space]
	if !ok {
		open = sync.OnceValues(func() (*evidence.Blobs, error) { return openBlobs(h.store.Vault(), h.dir, space) })
		h.exhibits[space] = open
	}
	return open
}

// keepLibrary remembers the packs and calendars that were last adopted, for
// sessions that adopt none themselves.
func (h *house) keepLibrary(library *config.Library, leftOut []config.Problem) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.adopted, h.wrong = library, leftOut
}

func (h *house) lastLibrary() (*config.Library, []config.Problem) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.adopted, h.wrong
}

// openSession opens a directory for one session alone, which closes it.
func openSession(ctx context.Context, dir, space string, options store.Options, library *config.Library) (*session, error) {
	h, err := openHouse(ctx, dir, options)
	if err != nil {
		return nil, err
	}
	s, err := h.enter(ctx, space, library)
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	s.owns = true
	return s, nil
}
