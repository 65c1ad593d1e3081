package model

import "fmt"

// CopyWay is how a whole record is copied.
type CopyWay string

// The ways.
const (
	CopyBackup   CopyWay = "backup"   // sealed, to be restored
	CopyExport   CopyWay = "export"   // in open formats, readable
	CopyRestored CopyWay = "restored" // the record was made of a backup
)

// CopyWays returns the ways.
func CopyWays() []CopyWay { return []CopyWay{CopyBackup, CopyExport, CopyRestored} }

func (d *decider) copyRecord(c CopyRecord) error {
	in := &inputs{}
	var ways []string
	for _, way := range CopyWays() {
		ways = append(ways, string(way))
	}
	body := &RecordCopied{
		Way: CopyWay(in.oneOf("way", string(c.Way), ways)), Name: in.need("name", c.Name, "the name of the file or folder"),
		Events: c.Events, Root: in.need("root", c.Root, "the root of the log"), Made: c.Made.UTC(),
	}
	if c.Events == 0 {
		in.bad("events", "is 0", "a record of at least one event")
	}
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(body)
	return nil
}

// recordCopied tells of a copy of the record.
func (t *teller) recordCopied(b *RecordCopied) {
	what := map[CopyWay]string{CopyBackup: "Backed up to %s", CopyExport: "Exported to %s", CopyRestored: "Restored from %s"}[b.Way]
	if what == "" {
		what = "Copied: %s"
	}
	t.what(what, b.Name)
	t.detail("events", fmt.Sprint(b.Events))
	t.detail("root", b.Root)
	t.detail("made", t.time(b.Made))
}
