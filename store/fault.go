package store

import (
	"errors"

	"tocsin/model"
	"tocsin/store/tree"
)

// ErrFault means that the log is not what was signed: some of it is missing or
// was changed. The space then opens for reading alone.
var ErrFault = errors.New("the record is at fault")

// faultAdvice is what people can do about a fault.
const faultAdvice = "restore a backup, or run tocsin doctor"

// FaultWords says what a fault means: what is wrong, and what to do. It is what
// every command is refused with.
func FaultWords(f *tree.Fault) string {
	return "the record can only be read: " + f.Detail + "; " + faultAdvice
}

func refuseFaulty(f *tree.Fault) error {
	return &model.Refusal{Cause: ErrFault, Reason: FaultWords(f)}
}

// Fault is what is wrong with the log, as the start found it; nil where
// nothing was. It stays until the store is opened anew.
func (s *Space) Fault() *tree.Fault { return s.fault }
