package main

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"tocsin/model"
)

// column is one column of a table. A flexible one is cut where the table
// would be wider than the terminal.
type column struct {
	title    string
	flexible bool
}

// table is rows of text in aligned columns. On anything but a terminal
// nothing is cut.
type table struct {
	columns []column
	rows    [][]painted
}

func newTable(columns ...column) *table { return &table{columns: columns} }

func (t *table) add(cells ...painted) {
	for k := range cells {
		cells[k].text = model.CleanLine(cells[k].text)
	}
	t.rows = append(t.rows, cells)
}

const (
	gutter  = 2  // cells between columns
	minimum = 12 // cells that a flexible column keeps
)

func (t *table) write(p *paper) {
	widths := t.widths(p.width)
	head := make([]painted, len(t.columns))
	for k, c := range t.columns {
		head[k] = painted{strings.ToUpper(c.title), quiet}
	}
	t.writeRow(p, widths, head)
	for _, row := range t.rows {
		t.writeRow(p, widths, row)
	}
}

func (t *table) writeRow(p *paper, widths []int, row []painted) {
	var line strings.Builder
	for k, cell := range row {
		text := ansi.Truncate(cell.text, widths[k], "…")
		line.WriteString(p.paint(text, cell.ink))
		if k < len(row)-1 {
			line.WriteString(strings.Repeat(" ", widths[k]-ansi.StringWidth(text)+gutter))
		}
	}
	p.WriteString(strings.TrimRight(line.String(), " "))
	p.WriteByte('\n')
}

// widths gives each column the room its widest cell needs, and takes what is
// too much for the terminal from the flexible ones, the widest first.
func (t *table) widths(room int) []int {
	widths := make([]int, len(t.columns))
	total := gutter * (len(t.columns) - 1)
	for k, c := range t.columns {
		widths[k] = ansi.StringWidth(c.title)
		for _, row := range t.rows {
			widths[k] = max(widths[k], ansi.StringWidth(row[k].text))
		}
		total += widths[k]
	}
	for room > 0 && total > room {
		k := t.widestFlexible(widths)
		if k < 0 {
			break
		}
		widths[k]--
		total--
	}
	return widths
}

func (t *table) widestFlexible(widths []int) int {
	widest := -1
	for k, c := range t.columns {
		if c.flexible && widths[k] > minimum && (widest < 0 || widths[k] > widths[widest]) {
			widest = k
		}
	}
	return widest
}
