package main

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/spf13/cobra"
)

// jsonShapes says what each reading verb prints as JSON: an object, or a list
// of them.
var jsonShapes = []struct {
	verb string
	list bool
	view any
}{
	{"queue, tocsin", true, queueView{}},
	{"show", false, incidentView{}},
	{"timeline", true, entryView{}},
	{"deadlines", true, obligationView{}},
	{"reminders", true, reminderView{}},
	{"reports", true, reportView{}},
	{"due", true, answerView{}},
	{"task", true, taskView{}},
	{"fact", true, factView{}},
	{"approvals", true, waitingView{}},
	{"notice list", true, noticeView{}},
	{"notice show", false, noticeView{}},
	{"notice preview", false, previewView{}},
	{"notice diff", true, noticeDiffView{}},
	{"notice who", false, outreachView{}},
	{"evidence list", true, evidenceView{}},
	{"evidence show", false, evidenceView{}},
	{"evidence verify", true, verdictView{}},
	{"affected customers, affected show --group", true, customerView{}},
	{"affected show", false, affectedView{}},
	{"packs --preview", true, moveView{}},
	{"policy list", true, packView{}},
	{"policy calendar", true, calendarView{}},
	{"policy lint", true, findingView{}},
	{"policy test", true, failureView{}},
	{"policy diff", true, changeView{}},
	{"vault status", false, vaultView{}},
	{"people list", true, personView{}},
	{"people factor status", true, factorView{}},
	{"people authority list", true, keyView{}},
	{"channel list", true, channelView{}},
	{"sessions list", true, visitView{}},
	{"retention", true, keepingView{}},
	{"retention preview", true, expiryView{}},
	{"audit log", true, logView{}},
	{"audit verify", false, verificationView{}},
	{"doctor", true, healthView{}},
	{"backup", false, backupView{}},
	{"restore", false, restoredView{}},
	{"export", false, exportView{}},
	{"version", false, versionView{}},
}

const jsonIntro = `What the verbs print with --json. Field names are added to, never renamed.
Times are RFC 3339 with the space's offset. Lists are never null; a time or an
object that is not there is null, a text that is not there is "".
policy show prints the pack with the keys of a pack file.`

// jsonHelp documents the fields from the types that are printed, so that it
// cannot differ from them.
func jsonHelp() *cobra.Command {
	var text strings.Builder
	text.WriteString(jsonIntro + "\n")
	for _, shape := range jsonShapes {
		kind := "an object"
		if shape.list {
			kind = "a list of objects"
		}
		fmt.Fprintf(&text, "\n%s: %s\n", shape.verb, kind)
		describeFields(&text, reflect.TypeOf(shape.view), 1)
	}
	return topic("json", "The fields that --json prints", text.String())
}

// topic is a page of help with no verb behind it, printed as it is.
func topic(name, short, text string) *cobra.Command {
	page := &cobra.Command{Use: name, Short: short, Long: text}
	page.SetHelpFunc(func(cmd *cobra.Command, _ []string) { fmt.Fprint(cmd.OutOrStdout(), cmd.Long) })
	return page
}

func describeFields(text *strings.Builder, t reflect.Type, depth int) {
	for k := range t.NumField() {
		field := t.Field(k)
		if field.Anonymous {
			describeFields(text, field.Type, depth)
			continue
		}
		if !field.IsExported() {
			continue
		}
		words, inner := fieldWords(field.Type)
		if help := field.Tag.Get("help"); help != "" {
			words += ": " + help
		}
		fmt.Fprintf(text, "%s%s (%s)\n", strings.Repeat("  ", depth), field.Tag.Get("json"), words)
		if inner != nil {
			describeFields(text, inner, depth+1)
		}
	}
}

// fieldWords names a type, and gives the object within it.
func fieldWords(t reflect.Type) (words string, inner reflect.Type) {
	switch {
	case t == reflect.TypeFor[stamp]():
		return "time", nil
	case t.Kind() == reflect.Pointer:
		words, inner = fieldWords(t.Elem())
		return words + " or null", inner
	case t.Kind() == reflect.Slice:
		words, inner = fieldWords(t.Elem())
		return "list of " + plural[words], inner
	case t.Kind() == reflect.Struct:
		return "object", t
	case t.Kind() == reflect.String:
		return "text", nil
	case t.Kind() == reflect.Bool:
		return "yes or no", nil
	}
	return "number", nil
}

var plural = map[string]string{"text": "texts", "object": "objects"}
