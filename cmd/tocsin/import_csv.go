package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"tocsin/model"
)

// readCSV reads a table whose first row names its columns.
func readCSV[T any](text io.Reader, parser rowReader[T]) rowSeq[T] {
	return func(yield func(row[T], error) bool) {
		reader := csv.NewReader(text)
		reader.FieldsPerRecord = -1 // rows of another length are reported with the rest
		names, err := readHeader(reader, parser)
		if err != nil {
			yield(row[T]{}, err)
			return
		}
		for {
			r, err := readRecord(reader, parser, names)
			if errors.Is(err, io.EOF) || !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func readHeader[T any](reader *csv.Reader, parser rowReader[T]) ([]string, error) {
	names, err := reader.Read()
	if errors.Is(err, io.EOF) {
		return nil, model.Refuse(model.Field("file", "is empty", "a first row that names the columns"))
	}
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return nil, model.Refuse(model.Field("line 1", broken.Err.Error(), "column names separated by commas"))
	}
	if err != nil {
		return nil, fmt.Errorf("read the import: %w", err)
	}
	refusal := &model.Refusal{}
	wrong := func(problem, accepts string) {
		refusal.Fields = append(refusal.Fields, model.Field("line 1", problem, accepts))
	}
	for k, name := range names {
		name = strings.ToLower(strings.TrimSpace(name))
		names[k] = name
		if problem := parser.checkName(name); problem != "" {
			wrong(problem, parser.accepts(false)+", separated by commas")
		} else if slices.Contains(names[:k], name) {
			wrong(fmt.Sprintf("the column %q is there twice", name), "each column once")
		}
	}
	for _, needed := range parser.needed() {
		if !slices.Contains(names, needed) {
			wrong(fmt.Sprintf("the column %q is missing", needed), "a column of that name")
		}
	}
	if len(refusal.Fields) > 0 {
		return nil, refusal
	}
	return names, nil
}

// readRecord reads the next row. One that is no row of a table is reported as
// wrong, and the next is read from the line after it.
func readRecord[T any](reader *csv.Reader, parser rowReader[T], names []string) (row[T], error) {
	cells, err := reader.Read()
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		r := row[T]{line: broken.StartLine}
		r.breaks(fmt.Sprintf("%v at line %d, column %d", broken.Err, broken.Line, broken.Column), "cells with quotes around the whole, and quotes within doubled")
		return r, nil
	}
	if err != nil {
		return row[T]{}, err
	}
	r := row[T]{}
	r.line, _ = reader.FieldPos(0)
	if len(cells) != len(names) {
		r.breaks(fmt.Sprintf("has %d cells", len(cells)), fmt.Sprintf("%d, one for each column", len(names)))
		return r, nil
	}
	for k, name := range names {
		parser.put(&r, name, cells[k])
	}
	return r, nil
}
