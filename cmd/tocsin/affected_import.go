package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"hash/maphash"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"tocsin/model"
)

const affectedImportLong = `Brings customers into the registry, all or none of them. Every row is checked
first; where any is wrong, wrong rows are reported with their line and what
would be accepted, and nothing is imported. A customer whose id is there already
is replaced; those who are not in the file stay as they are.

A CSV file begins with a row that names its columns, in any order:

  %s

id, tier (paid or free) and admin_email are needed in every row. Several
addresses are separated by semicolons. jurisdiction is a code such as DE or
US-CA, language a tag such as de or pt-BR, terms what the customer's own contract
allows for a notice, such as 48h. A file of JSON Lines has one object a line with
the same names; several addresses are an array.

Names and addresses are sealed under a key for each customer, so that one can be
forgotten. The id is not: it should be a number of yours that says nothing by
itself. A million rows take little memory.`

func (a *app) affectedImportCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "import FILE.csv|FILE.jsonl|-",
		Short:   "Import customers into the registry, all or nothing",
		Long:    fmt.Sprintf(affectedImportLong, strings.Join(customerColumns(), ", ")),
		Example: "  tocsin affected import customers.csv\n  export-crm | tocsin affected import -",
		Args:    words(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) (err error) {
				if err := (custodian{s}).mayGive(model.CustomersOpen{}); err != nil {
					return err // before anything is read and kept
				}
				source, err := openHistory(args[0], s.in, mostCustomerBytes)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, source.close()) }()
				return (&customerImport{session: s, source: source, progress: a.newProgress()}).run(ctx)
			})
		},
	}
}

// Bounds of an import of customers.
const (
	mostCustomerBytes  = 1 << 30  // of a file that cannot be read twice
	customerChunkBytes = 96 << 10 // of text in one command: sealed, it fits one event
	mostWrongRows      = 100      // that are reported
	// bulkMemory is where the collector begins to work harder while rows come in,
	// in bytes: the database makes tables all the time, and what that takes would
	// be left lying. The rows themselves take nothing that stays.
	bulkMemory = 256 << 20
)

// spare keeps memory low during a long work, and returns what ends that.
func spare() (ended func()) {
	before := debug.SetMemoryLimit(-1)
	debug.SetMemoryLimit(min(before, bulkMemory))
	return func() { debug.SetMemoryLimit(before) }
}

// customerImport is an import of customers under way.
type customerImport struct {
	*session
	source   *historyFile
	progress *progress

	rows, wrong int
	seed        maphash.Seed
	lines       map[uint64]int32 // where each id of the file stands first, by its hash
}

func (m *customerImport) run(ctx context.Context) error {
	defer spare()()
	if err := m.check(ctx); err != nil {
		return err
	}
	m.progress.clear()
	switch {
	case m.wrong > 0:
		if m.wrong > mostWrongRows {
			fmt.Fprintf(m.err, "%s: %d more rows are wrong\n", m.source.name, m.wrong-mostWrongRows)
		}
		return &model.Refusal{Reason: fmt.Sprintf("%d of %d rows are wrong: nothing was imported", m.wrong, m.rows)}
	case m.rows == 0:
		return model.Refuse(model.Field("file", "has no rows", "at least one customer"))
	}
	m.lines = nil
	return m.bring(ctx)
}

// check reads the whole file and reports rows that are wrong.
func (m *customerImport) check(ctx context.Context) error {
	m.seed, m.lines = maphash.MakeSeed(), make(map[uint64]int32)
	return m.chunks(ctx, func(rows []row[model.Customer]) error {
		for k := range rows {
			m.note(&rows[k])
		}
		_, err := m.space.Do(ctx, m.actor, model.CustomersTake{Rows: records(rows), Check: true})
		if err := blame(rows, err); err != nil {
			return err
		}
		for _, r := range rows {
			m.report(r)
		}
		m.rows += len(rows)
		m.progress.show("checked", m.rows, "customers")
		return nil
	})
}

// note holds that no two rows have the same id. Hashes of ids take less memory
// than ids: with a million of them, one import in forty million meets two that
// are equal by chance, and the next one does not.
func (m *customerImport) note(r *row[model.Customer]) {
	id := strings.TrimSpace(r.record.ID)
	if id == "" {
		return
	}
	sum := maphash.String(m.seed, id)
	if first, taken := m.lines[sum]; taken {
		r.wrong("id", fmt.Sprintf("%q is the id of line %d too", model.Clip(model.CleanLine(id), 40), first), "an id for each customer")
		return
	}
	m.lines[sum] = int32(min(r.line, 1<<31-1))
}

func (m *customerImport) report(r row[model.Customer]) {
	if len(r.problems) == 0 {
		return
	}
	if m.wrong++; m.wrong > mostWrongRows {
		return
	}
	m.progress.clear()
	for _, problem := range r.problems {
		fmt.Fprintln(m.err, model.CleanLine(fmt.Sprintf("%s:%d: %s", m.source.name, r.line, problem)))
	}
}

func (m *customerImport) chunks(ctx context.Context, take func([]row[model.Customer]) error) error {
	seq, err := rowsOf(ctx, m.source, rowReader[model.Customer](customerReader{}))
	if err != nil {
		return err
	}
	return inChunks(seq, model.MaxCustomerRows, customerChunkBytes, take)
}

// batchName is a name for an import or an addition that no other has.
func (s *session) batchName(what string) string {
	return what + "-" + s.now().UTC().Format("20060102T150405") + "-" + rand.Text()[:8]
}

// bring imports the file, which has been checked.
func (m *customerImport) bring(ctx context.Context) error {
	batch, before := m.batchName("customers"), m.snapshot().Meta.Customers
	if _, err := m.space.Do(ctx, m.actor, model.CustomersOpen{Batch: batch, Source: m.source.name}); err != nil {
		return troubled(err)
	}
	err := m.fill(ctx, batch)
	if err == nil {
		_, err = m.space.Do(ctx, m.actor, model.CustomersClose{Batch: batch})
	}
	m.progress.clear()
	if err != nil {
		_, given := m.space.Do(context.WithoutCancel(ctx), m.actor, model.CustomersClose{Batch: batch, Abandon: whyGivenUp(ctx, err)})
		return errors.Join(troubled(err), troubled(given))
	}
	after := m.snapshot().Meta.Customers
	m.out.printf("Imported %s from %s: %d new, %d replaced.", several(uint64(m.rows), "customer"), m.source.name, after.Total()-before.Total(), m.rows-after.Total()+before.Total())
	m.out.printf("The registry has %s: %d paid, %d free.", several(uint64(after.Total()), "customer"), after.Paid, after.Free)
	return nil
}

func (m *customerImport) fill(ctx context.Context, batch string) error {
	done := 0
	return m.chunks(ctx, func(rows []row[model.Customer]) error {
		if _, err := m.space.Do(ctx, m.actor, model.CustomersTake{Batch: batch, Rows: records(rows)}); err != nil {
			return err
		}
		done += len(rows)
		m.progress.bar("importing", uint64(done), uint64(m.rows))
		return nil
	})
}

// whyGivenUp is the reason why an import or an addition is given up. Where the
// context has ended, that is it.
func whyGivenUp(ctx context.Context, cause error) string {
	if ctx.Err() != nil {
		return "it was interrupted"
	}
	return model.Clip("it failed: "+cause.Error(), model.MaxLine)
}
