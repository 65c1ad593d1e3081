package health

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tocsin/store"
	"tocsin/store/evidence"
	"tocsin/store/vault"
)

// Exam is an examination of a data directory.
type Exam struct {
	Dir     string
	Options store.Options
	Now     func() time.Time
	// Blobs opens what the evidence of a space consists of; nil where there
	// never was any.
	Blobs func(keys *vault.Vault, space string) (*evidence.Blobs, error)
	// Each adds what else is to be checked of a space; nil adds nothing.
	Each func(sp *store.Space) []Finding
	// Mend mends what can be mended without losing anything: permissions,
	// projections, and what interrupted writes left behind.
	Mend bool
	// Progress follows a long check over events, by what it does; nil follows
	// none.
	Progress func(what string) func(done, total uint64)
}

func (x Exam) follow(what string) func(done, total uint64) {
	if x.Progress == nil {
		return nil
	}
	return x.Progress(what)
}

// Examine makes the examination. It opens the directory, which must not be in
// use; what cannot be opened is said, and what can be looked at without it is.
func (x Exam) Examine(ctx context.Context) []Finding {
	found := []Finding{permissions(x.Dir, x.Mend), room(x.Dir, x.Options.Free)}
	st, err := store.Open(ctx, x.Dir, x.Options)
	if err != nil {
		return append(found, unopened(x.Dir, err)...)
	}
	found = append(found, x.opened(ctx, st)...)
	if err := st.Close(context.WithoutCancel(ctx)); err != nil {
		found = append(found, wrong("database", "it cannot be closed: "+err.Error(), ""))
	}
	return found
}

// opened examines a store.
func (x Exam) opened(ctx context.Context, st *store.Store) []Finding {
	found := []Finding{lock(x.Dir, st), writing(st), ballast(x.Dir), checksums(st), keys(st), x.unfinished()}
	if linked := linked(st.Vault()); linked.Check != "" {
		found = append(found, linked)
	}
	spaces, err := st.Spaces()
	if err != nil {
		return append(found, unknown("spaces", err.Error(), restore))
	}
	if len(spaces) == 0 {
		return append(found, sound("record", "nothing was recorded yet"))
	}
	for _, id := range spaces {
		found = append(found, x.space(ctx, st, id, len(spaces) > 1)...)
	}
	return found
}

// unopened says why a directory does not open, and what to do.
func unopened(dir string, err error) []Finding {
	text := err.Error()
	for _, known := range []struct {
		is    error
		found Finding
	}{
		{store.ErrInUse, unknown("lock", text+"; what it holds can be checked from there (7 in the console), or here once it has ended", "")},
		{store.ErrNewer, wrong("format", text, "")},
		{vault.ErrNewer, wrong("format", text, "")},
		{vault.ErrLocked, unknown("vault", text, "")},
		{vault.ErrWrongKey, wrong("vault", text, "")},
		{vault.ErrExposed, wrong("permissions", text, Repair)},
		{vault.ErrDamaged, wrong("vault", text, restore)},
		{store.ErrDamaged, wrong("database", text, restore)},
		{context.Canceled, unknown("database", "interrupted", "")},
	} {
		if errors.Is(err, known.is) {
			return []Finding{known.found, unknown("record", "it does not open, so its log, projections and evidence were not checked", "")}
		}
	}
	return []Finding{wrong("database", text, restore), unknown("record", "it does not open, so its log, projections and evidence were not checked", "")}
}

// lock says who had the directory before.
func lock(dir string, st *store.Store) Finding {
	const check = "lock"
	f := st.Former()
	switch {
	case f == nil:
		return sound(check, "no other process has the record")
	case f.Copied:
		return doubtful(check, store.CopyWords(dir, f), "")
	}
	return sound(check, fmt.Sprintf("process %d ended without giving the record back (it had it since %s); nothing is left to do about that", f.PID, moment(f.Since)))
}

// writing says whether anything can be written at all.
func writing(st *store.Store) Finding {
	const check = "writing"
	if err := st.Frozen(); err != nil {
		return wrong(check, err.Error(), "")
	}
	return sound(check, "the record can be written to")
}

func checksums(st *store.Store) Finding {
	const check = "checksums"
	if err := st.VerifyChecksums(); err != nil {
		return wrong(check, "the database: "+err.Error(), restore)
	}
	return sound(check, "every block of the database is as it was written")
}

func keys(st *store.Store) Finding {
	const check = "vault"
	files, err := st.Vault().Check()
	switch {
	case errors.Is(err, vault.ErrExposed):
		return wrong(check, err.Error(), Repair)
	case err != nil:
		return wrong(check, err.Error(), restore)
	}
	return sound(check, fmt.Sprintf("it opens by %s; files of keys that open: %d", st.Vault().Method(), files))
}

// space examines one space; where there are several, findings name it.
func (x Exam) space(ctx context.Context, st *store.Store, id string, named bool) []Finding {
	sp, err := st.Space(ctx, id)
	if err != nil && x.Mend {
		if again := st.Rebuild(ctx, id); again == nil {
			sp, err = st.Space(ctx, id)
		}
	}
	var found []Finding
	if err != nil {
		found = []Finding{wrong("record", err.Error(), Repair)}
	} else {
		found = append([]Finding{x.tree(ctx, sp), head(sp)}, x.projections(ctx, st, sp)...)
		if x.Mend { // the space may have been opened anew
			if sp, err = st.Space(ctx, id); err != nil {
				return append(found, wrong("record", err.Error(), restore))
			}
		}
		found = append(found, x.evidence(st, sp)...)
		found = append(found, x.ways(st, sp)...)
		found = append(found, clock(ctx, sp, x.Now()))
		if x.Each != nil {
			found = append(found, x.Each(sp)...)
		}
	}
	if named {
		for k := range found {
			found[k].Check = id + ": " + found[k].Check
		}
	}
	return found
}

func (x Exam) tree(ctx context.Context, sp *store.Space) Finding {
	const check = "log"
	report, err := sp.Verify(ctx, x.follow("verifying"))
	switch {
	case err != nil:
		return unknown(check, err.Error(), "")
	case report.Fault != nil && report.Fault != sp.Fault():
		return wrong(check, report.Fault.Detail, restore)
	case report.Fault != nil:
		return wrong(check, report.Fault.Detail, "")
	}
	return sound(check, fmt.Sprintf("events that verify: %d, checkpoints: %d", report.Size, report.Checkpoints))
}

// head says whether the log is what was signed.
func head(sp *store.Space) Finding {
	const check = "signed head"
	if fault := sp.Fault(); fault != nil {
		return wrong(check, "the log is not what was signed, so the record opens for reading alone; a backup mends that, or going on without what is lost", AcceptHead)
	}
	return sound(check, "the log is what was signed")
}

// projections compares what is kept for a faster start, and makes it anew.
func (x Exam) projections(ctx context.Context, st *store.Store, sp *store.Space) []Finding {
	const check = "projections"
	drift, err := sp.CompareProjections(ctx, x.follow("folding"))
	switch {
	case err != nil:
		return []Finding{unknown(check, err.Error(), "")}
	case len(drift.Found) == 0 && sp.Mended() != nil:
		return []Finding{doubtful(check, fmt.Sprintf("they were damaged, so this start made them anew from %d events; the disk may be failing: %v", drift.Events, sp.Mended()), "")}
	case len(drift.Found) == 0:
		return []Finding{sound(check, fmt.Sprintf("they are what %d events fold to", drift.Events))}
	case sp.Fault() != nil || !x.Mend:
		return []Finding{wrong(check, driftWords(drift), Repair)}
	}
	if err := st.Rebuild(ctx, sp.ID()); err != nil {
		return []Finding{wrong(check, driftWords(drift)+"; "+err.Error(), restore)}
	}
	return []Finding{sound(check, fmt.Sprintf("they were made anew from %d events", drift.Events))}
}

func driftWords(d store.Drift) string {
	text := "what is kept for a faster start is not what the log says: " + d.Found[0]
	if more := len(d.Found) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// evidence checks that what the record names is there, and looks for what it
// does not name.
func (x Exam) evidence(st *store.Store, sp *store.Space) []Finding {
	const check = "evidence"
	if x.Blobs == nil {
		return nil
	}
	blobs, err := x.Blobs(st.Vault(), sp.ID())
	if err != nil {
		return []Finding{unknown(check, err.Error(), "")}
	}
	digests := digestsIn(sp)
	for k, one := range digests {
		there, err := blobs.Stored(one.digest)
		if err != nil {
			return []Finding{unknown(check, err.Error(), "")}
		}
		if !there {
			return []Finding{wrong(check, fmt.Sprintf("%s of %s is not stored any more (%d of %d looked for)", one.item, one.incident, k+1, len(digests)), restore)}
		}
	}
	found := []Finding{sound(check, fmt.Sprintf("all %d pieces are stored; tocsin evidence verify compares their content", len(digests)))}
	if left := x.unnamed(blobs, digests); left.Check != "" {
		found = append(found, left)
	}
	return found
}

// unnamed finds blobs that no event names. The doctor removes none: what goes is
// an event of the record, and a record at fault may have lost the names.
func (x Exam) unnamed(blobs *evidence.Blobs, digests []piece) Finding {
	const check = "leftovers"
	sums := make([]string, len(digests))
	for k, one := range digests {
		sums[k] = one.digest
	}
	unnamed, err := blobs.Unnamed(sums)
	if err != nil {
		return unknown(check, err.Error(), "")
	}
	unnamed = slices.DeleteFunc(unnamed, func(u evidence.Unnamed) bool { return !u.Removable(x.Now()) })
	if len(unnamed) == 0 {
		return Finding{}
	}
	return doubtful(check, fmt.Sprintf("stored files that belong to no evidence: %d", len(unnamed)), SweepEvidence)
}

// piece is evidence that the record names, and whose content is kept.
type piece struct {
	incident, item, digest string
}

func digestsIn(sp *store.Space) (all []piece) {
	snapshot := sp.Snapshot()
	for _, standing := range slices.Concat(snapshot.Queue(), snapshot.Closed()) {
		for _, item := range standing.Incident.Evidence {
			if item.SHA256 != "" && item.Purged.IsZero() {
				all = append(all, piece{string(standing.Incident.ID), item.ID, item.SHA256})
			}
		}
	}
	return all
}

// Quick asks what costs nothing of a space that is open and in use.
func Quick(ctx context.Context, dir string, st *store.Store, sp *store.Space, now time.Time, free func(string) (uint64, error)) []Finding {
	found := []Finding{permissions(dir, false), room(dir, free), ballast(dir), lock(dir, st), head(sp)}
	if err := st.Frozen(); err != nil {
		found = append(found, wrong("writing", err.Error(), ""))
	}
	return append(found, clock(ctx, sp, now))
}
