package main

import (
	"fmt"
	"strings"

	"tocsin/model"
	"tocsin/model/policy"
)

// unknown refuses a word that is none of the accepted ones, in the words in
// which the domain does.
func unknown(field, word string, accepted []string) error {
	problem := fmt.Sprintf("%q is not known here", model.Clip(model.CleanLine(word), 40))
	if near := policy.Nearest(strings.ToLower(word), accepted); near != "" {
		problem += fmt.Sprintf(" (did you mean %s?)", near)
	}
	return model.Refuse(model.Field(field, problem, strings.Join(accepted, ", ")))
}

// pair splits NAME=VALUE.
func pair(field, text, form string) (name, value string, err error) {
	name, value, found := strings.Cut(text, "=")
	if name = strings.TrimSpace(name); !found || name == "" {
		return "", "", model.Refuse(model.Field(field, fmt.Sprintf("%q has no name and value", model.Clip(model.CleanLine(text), 40)), form))
	}
	return name, strings.TrimSpace(value), nil
}
