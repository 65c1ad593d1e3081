package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

const importLong = `Brings incidents of the past with their original dates, all or none of them.
Every row is checked first; where any is wrong, each wrong row is reported
with its line and what would be accepted, and nothing is imported.

A CSV file begins with a row that names its columns, in any order:

  %s,
  %s
  fact:NAME for any fact, such as fact:confirmed or fact:tier.paid

title and opened are needed in every row. Entries of a list are separated by
semicolons. A file of JSON Lines has one object a line with the same names;
its lists are arrays, and facts may also be an object under "facts". Times are
read as everywhere, in the space's zone where they have no offset. With closed
and no outcome the outcome is resolved.`

func (a *app) importCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "import FILE.csv|FILE.jsonl|-",
		Short:   "Import incidents of the past, all or nothing",
		Long:    fmt.Sprintf(importLong, strings.Join(importNames()[:8], ", "), strings.Join(importNames()[8:], ", ")),
		Example: "  tocsin import history.csv\n  export-tickets | tocsin import -",
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) (err error) {
				if err := (custodian{s}).mayGive(model.ImportOpen{}); err != nil {
					return err // before anything is read and kept
				}
				source, err := openHistory(args[0], s.in, mostSpooled)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, source.close()) }()
				return (&importing{session: s, source: source, progress: a.newProgress()}).run(ctx)
			})
		},
	}
}

// historyFile is a file that can be read twice: once to check it, once to
// import it.
type historyFile struct {
	name      string
	file      *os.File
	temporary bool
}

// openHistory opens a file, or copies standard input or anything else that
// cannot be read twice into a temporary one.
func openHistory(name string, in io.Reader, most int64) (*historyFile, error) {
	if name == "-" {
		return spool("standard input", in, most)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, model.Refuse(model.Field("file", err.Error(), "a CSV or JSON Lines file, or - for standard input"))
	}
	info, err := file.Stat()
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("open the import: %w", err), file.Close())
	case info.IsDir():
		return nil, errors.Join(model.Refuse(model.Field("file", name+" is a folder", "a CSV or JSON Lines file")), file.Close())
	case info.Mode().IsRegular():
		return &historyFile{name: filepath.Base(name), file: file}, nil
	}
	defer file.Close()
	return spool(filepath.Base(name), file, most)
}

// mostSpooled is how many bytes of an import are kept that cannot be read twice:
// a row has less than a kilobyte, and years have some thousands of them.
const mostSpooled = 256 << 20

func spool(name string, from io.Reader, most int64) (*historyFile, error) {
	file, err := os.CreateTemp("", "tocsin-import-")
	if err != nil {
		return nil, fmt.Errorf("keep %s for the import: %w", name, err)
	}
	// Whatever ends the process, nothing is left of what is personal. Where the
	// system removes no file that is open, close does.
	h := &historyFile{name: name, file: file, temporary: os.Remove(file.Name()) != nil}
	n, err := io.Copy(file, io.LimitReader(from, most+1))
	switch {
	case err != nil:
		return nil, errors.Join(fmt.Errorf("keep %s for the import: %w", name, err), h.close())
	case n > most:
		return nil, errors.Join(model.Refuse(model.Field("file", fmt.Sprintf("%s has more than %d bytes", name, most), "less at a time")), h.close())
	}
	return h, nil
}

func (h *historyFile) close() error {
	err := h.file.Close()
	if h.temporary {
		err = errors.Join(err, os.Remove(h.file.Name()))
	}
	return err
}

// rowsOf reads a file from its beginning. An object first means JSON Lines.
func rowsOf[T any](ctx context.Context, h *historyFile, parser rowReader[T]) (rowSeq[T], error) {
	if _, err := h.file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read %s: %w", h.name, err)
	}
	text := bufio.NewReaderSize(interruptible{ctx, h.file}, 64<<10)
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" {
		_, _ = text.Discard(3)
	}
	first, _ := text.Peek(512)
	if strings.HasPrefix(strings.TrimSpace(string(first)), "{") {
		return readJSONLines(text, parser), nil
	}
	return readCSV(text, parser), nil
}

// Bounds of one command of an import: what fits well within what the record
// takes at once.
const (
	chunkRows  = 100
	chunkBytes = 128 << 10
)

// importing is one import under way.
type importing struct {
	*session
	source   *historyFile
	progress *progress

	rows, wrong int
	years       map[int]int
	lines       map[string]int // where each id of the file stands first
}

func (m *importing) run(ctx context.Context) error {
	if err := m.check(ctx); err != nil {
		return err
	}
	switch {
	case m.wrong > 0:
		return &model.Refusal{Reason: fmt.Sprintf("%d of %d rows are wrong: nothing was imported", m.wrong, m.rows)}
	case m.rows == 0:
		return model.Refuse(model.Field("file", "has no rows", "at least one incident"))
	}
	return m.bring(ctx)
}

// check reads the whole file and reports every row that is wrong.
func (m *importing) check(ctx context.Context) error {
	m.years, m.lines = make(map[int]int), make(map[string]int)
	return m.chunks(ctx, func(rows []row[model.History]) error {
		for k := range rows {
			m.note(&rows[k])
		}
		if err := m.askDomain(ctx, rows); err != nil {
			return err
		}
		for _, r := range rows {
			m.report(r)
		}
		m.rows += len(rows)
		m.progress.show("checked", m.rows, "incidents")
		return nil
	})
}

// note counts a row's year, and holds that no two rows have the same id.
func (m *importing) note(r *row[model.History]) {
	m.years[r.record.Opened.In(m.zone()).Year()]++
	id := model.CleanLine(r.record.External)
	if id == "" {
		return
	}
	if first, taken := m.lines[id]; taken {
		r.wrong("id", fmt.Sprintf("%q is the id of line %d too", model.Clip(id, 40), first), "an id for each incident")
		r.record.External = ""
		return
	}
	m.lines[id] = r.line
}

// askDomain lets the domain check rows, and adds what it finds wrong to each,
// unless the file already said something unreadable there.
func (m *importing) askDomain(ctx context.Context, rows []row[model.History]) error {
	_, err := m.space.Do(ctx, m.actor, model.ImportRows{Rows: records(rows), Check: true})
	return blame(rows, err)
}

// blame adds what the domain finds wrong with rows to each of them.
func blame[T any](rows []row[T], err error) error {
	var refusal *model.Refusal
	if !errors.As(err, &refusal) {
		return troubled(err)
	}
	for _, problem := range refusal.Fields {
		if problem.Row < 1 || problem.Row > len(rows) {
			return refusal
		}
		if r := &rows[problem.Row-1]; !r.broken && !r.hasProblem(problem.Field) {
			r.wrong(problem.Field, problem.Problem, problem.Accepts)
		}
	}
	if len(refusal.Fields) == 0 {
		return refusal
	}
	return nil
}

func (m *importing) report(r row[model.History]) {
	if len(r.problems) == 0 {
		return
	}
	m.wrong++
	m.progress.clear()
	for _, problem := range r.problems {
		fmt.Fprintln(m.err, model.CleanLine(fmt.Sprintf("%s:%d: %s", m.source.name, r.line, problem)))
	}
}

// bring imports the file, which has been checked.
func (m *importing) bring(ctx context.Context) error {
	batch := "import-" + m.now().UTC().Format("20060102T150405") + "-" + rand.Text()[:8]
	before := maps.Clone(m.snapshot().Meta.Last)
	if _, err := m.space.Do(ctx, m.actor, model.ImportOpen{Batch: batch, Source: m.source.name, Years: m.years}); err != nil {
		return troubled(err)
	}
	err := m.fill(ctx, batch)
	if err == nil {
		_, err = m.space.Do(ctx, m.actor, model.ImportClose{Batch: batch})
	}
	if err != nil {
		return errors.Join(troubled(err), m.abandon(ctx, batch, err))
	}
	m.progress.clear()
	m.summary(before)
	return nil
}

func (m *importing) fill(ctx context.Context, batch string) error {
	done := 0
	return m.chunks(ctx, func(rows []row[model.History]) error {
		if _, err := m.space.Do(ctx, m.actor, model.ImportRows{Batch: batch, Rows: records(rows)}); err != nil {
			return err
		}
		done += len(rows)
		m.progress.show("imported", done, "incidents")
		return nil
	})
}

// abandon gives an import up, even where the context has ended: that is then
// the reason.
func (m *importing) abandon(ctx context.Context, batch string, cause error) error {
	why := "it failed: " + cause.Error()
	if ctx.Err() != nil {
		why = "it was interrupted"
	}
	_, err := m.space.Do(context.WithoutCancel(ctx), m.actor, model.ImportClose{Batch: batch, Abandon: model.Clip(why, model.MaxLine)})
	return troubled(err)
}

func (m *importing) summary(before map[int]int) {
	m.out.printf("Imported %d incidents from %s.", m.rows, m.source.name)
	for _, year := range slices.Sorted(maps.Keys(m.years)) {
		first, count := before[year]+1, m.years[year]
		if count == 1 {
			m.out.printf("  %s", model.NewID(year, first))
			continue
		}
		m.out.printf("  %s to %s", model.NewID(year, first), model.NewID(year, first+count-1))
	}
}

// chunks reads the file in pieces of a size that one command takes.
func (m *importing) chunks(ctx context.Context, take func([]row[model.History]) error) error {
	parser := &rowParser{session: m.session, kinds: m.factKinds(), now: m.now()}
	seq, err := rowsOf(ctx, m.source, parser)
	if err != nil {
		return err
	}
	return inChunks(seq, chunkRows, chunkBytes, take)
}

// inChunks takes rows in pieces of so many and so many bytes at most.
func inChunks[T any](seq rowSeq[T], most, bytes int, take func([]row[T]) error) error {
	var chunk []row[T]
	size := 0
	flush := func() error {
		if len(chunk) == 0 {
			return nil
		}
		err := take(chunk)
		clear(chunk)
		chunk, size = chunk[:0], 0
		return err
	}
	for r, err := range seq {
		if err != nil {
			return err
		}
		if size += r.size; len(chunk) > 0 && size > bytes {
			if err := flush(); err != nil {
				return err
			}
			size = r.size
		}
		if chunk = append(chunk, r); len(chunk) == most {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// factKinds are the facts that imported incidents may state: those of the
// packs that new incidents run under.
func (s *session) factKinds() map[string]model.FactKind {
	snapshot := s.snapshot()
	return model.FactKinds(snapshot.PacksOf(&model.Incident{Packs: snapshot.Meta.Packs}))
}

func records[T any](rows []row[T]) []T {
	list := make([]T, len(rows))
	for k := range rows {
		list[k] = rows[k].record
	}
	return list
}

// progress says on a terminal how far a long work has come.
type progress struct {
	out   io.Writer // nil where nobody watches
	shown bool
}

func (a *app) newProgress() *progress {
	if !a.ends().err {
		return &progress{}
	}
	return &progress{out: a.err}
}

func (p *progress) show(done string, n int, what string) {
	if p.out != nil {
		fmt.Fprintf(p.out, "\r%s %d %s", done, n, what)
		p.shown = true
	}
}

func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.shown = false
	}
}
