package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"tocsin/model"
)

// everyVerb walks the verbs of the command line, those of the libraries apart.
func everyVerb(t *testing.T, visit func(verb string, cmd *cobra.Command)) {
	t.Helper()
	a := &app{getenv: func(string) string { return "" }}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		visit(verbOf(cmd), cmd)
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk(a.rootCommand())
}

// TestEveryVerbIsInTheTable holds that of every verb it is said what it shows
// and from where it may be given, and of nothing else.
func TestEveryVerbIsInTheTable(t *testing.T) {
	seen := map[string]bool{}
	everyVerb(t, func(verb string, cmd *cobra.Command) {
		seen[verb] = true
		if _, ok := verbs[verb]; !ok {
			t.Errorf("tocsin %s is not in the table of verbs", verb)
		}
	})
	for verb, reach := range verbs {
		if !seen[verb] {
			t.Errorf("the table has %q, which is no verb", verb)
		}
		if !model.Owner.MayRead(reach.reads) {
			t.Errorf("tocsin %s shows %q", verb, reach.reads)
		}
	}
}

// TestEveryFileIsInTheTable holds that every flag and word whose help speaks of
// a file, a folder or a key is said to name one, or not to.
func TestEveryFileIsInTheTable(t *testing.T) {
	named := map[string]string{ // what speaks of files and names none
		"--data":                  "which record, said by the log-in",
		"evidence add --title":    "a title",
		"evidence add --name":     "a label",
		"import --zone":           "a zone",
		"vault rotate --key":      "a method",
		"retention sweep --yes":   "a switch",
		"evidence sweep --remove": "a switch",
	}
	speaks := func(text string) bool {
		text = strings.ToLower(text)
		for _, word := range []string{"file", "folder", "directory", "checkpoint", "backup"} {
			if strings.Contains(text, word) {
				return true
			}
		}
		return false
	}
	everyVerb(t, func(verb string, cmd *cobra.Command) {
		reach := verbs[verb]
		cmd.LocalNonPersistentFlags().VisitAll(func(flag *pflag.Flag) {
			if flag.Value.Type() == "bool" || !speaks(flag.Usage) || named[verb+" --"+flag.Name] != "" {
				return
			}
			for _, file := range reach.files {
				if file.flag == flag.Name {
					return
				}
			}
			t.Errorf("tocsin %s --%s names a file and is not in the table: %s", verb, flag.Name, flag.Usage)
		})
		use := flagWithFile.ReplaceAllString(cmd.Use, "")
		if reach.here != "" || !strings.Contains(use, "FILE") && !strings.Contains(use, "CHECKPOINT") && !strings.Contains(use, "DIRECTORY") {
			return
		}
		for _, file := range reach.files {
			if file.flag == "" {
				return
			}
		}
		t.Errorf("tocsin %s names a file and is not in the table: %s", verb, cmd.Use)
	})
	for verb, reach := range verbs {
		for _, file := range reach.files {
			if file.flag != "" && !hasFlag(t, verb, file.flag) {
				t.Errorf("the table has --%s of tocsin %s, which is none", file.flag, verb)
			}
		}
	}
}

// flagWithFile is a flag in a line of use, with what follows it.
var flagWithFile = regexp.MustCompile(`--[a-z-]+ [^ ]+`)

func hasFlag(t *testing.T, verb, flag string) (has bool) {
	everyVerb(t, func(v string, cmd *cobra.Command) {
		if v == verb {
			has = cmd.Flags().Lookup(flag) != nil
		}
	})
	return has
}
