package tui

import (
	"context"
	"time"

	"tocsin/model"
	"tocsin/model/notice"
)

// Notices is what the console needs beside the record to write notices, to show
// whom they go to, and what became of them.
type Notices interface {
	// Templates are all that are known. It is quick; they are shared and never
	// changed.
	Templates() []*notice.Template
	// Recipients are whom a notice to groups goes to, in their order, from an
	// ordinal on.
	Recipients(ctx context.Context, id model.ID, groups []string, from, limit int) ([]Addressee, error)
	// Told are recipients of a released notice in their order, those of some
	// outcomes; none are all.
	Told(ctx context.Context, id model.ID, of string, wanted []model.DeliveryOutcome, page Page) (rows []ToldRow, more bool, err error)
}

// Addressee is one recipient that a notice would go to.
type Addressee struct {
	Customer, Name, Language, Address string
}

// ToldRow is one recipient of a released notice.
type ToldRow struct {
	Ordinal int
	Number  uint64 // of the customer, 0 for none
	Addressee
	Outcome model.DeliveryOutcome
	Words   string    // of the server, or who told them
	At      time.Time // zero: nothing happened yet
}
