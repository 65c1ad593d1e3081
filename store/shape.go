package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"reflect"
)

// shapeOf names what types are made of: equal for the same fields in the same
// order, and different otherwise.
func shapeOf(types ...reflect.Type) string {
	sum := sha256.New()
	for _, t := range types {
		describe(sum, t, nil)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

func describe(w io.Writer, t reflect.Type, within []reflect.Type) {
	for _, outer := range within {
		if outer == t {
			fmt.Fprint(w, "again ", t)
			return
		}
	}
	within = append(within, t)
	fmt.Fprint(w, t.Kind(), " ")
	switch t.Kind() {
	case reflect.Map:
		describe(w, t.Key(), within)
		describe(w, t.Elem(), within)
	case reflect.Pointer, reflect.Slice:
		describe(w, t.Elem(), within)
	case reflect.Struct:
		for k := range t.NumField() {
			if field := t.Field(k); field.IsExported() {
				fmt.Fprint(w, field.Name, " ", field.Tag, " ")
				describe(w, field.Type, within)
			}
		}
		fmt.Fprint(w, "end ")
	}
}
