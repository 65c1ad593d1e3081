package notice

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/model/clean"
)

// letter is a template that has every kind of place.
func letter() *Template {
	return &Template{
		ID: "letter", Version: 1, Kind: "initial", Title: "A letter",
		Fields: []Field{
			{Name: "what", Label: "What happened", Type: Long, Required: true, From: FromDescription},
			{Name: "at", Label: "When", Type: Time, From: "detected"},
			{Name: "data", Label: "Data", Type: List, From: FromData},
			{Name: "how", Label: "How sure", Type: Choice, From: FromClassification, Choices: []Word{{"confirmed", "It is certain."}, {"potential", "It may be."}}},
			{Name: "us", Label: "Our name", Type: Line, Required: true, Firm: true, From: FromOrganisation},
		},
		Contents: map[string][]string{
			"What happened": {"what"}, "Data and when": {"data", "at"}, "How sure": {"how|what"}, "That it is over": {"over"},
		},
		Texts: []Text{
			{Language: "en", Subject: "{us}: {what}", Body: "To {customer} ({contact}),\n\n{#over}\nIt is over.\n{/over}\n{?how}\n{how}\n{/how}\n{what}\n{?data}\nData:\n{data}\nall of it: {data}\n{/data}\n{!data}\nNo data.\n{/data}\n{?at}\nSeen {at}.\n{/at}\n{{braces}}\n"},
			{Language: "de-CH", Subject: "{us}", Body: "{?how}{how}{/how}{?at}{at}{/at}{?data}{data}{/data}{what}{#over}{/over}", Words: map[string]string{"how.confirmed": "Es ist sicher."}, Unknowns: map[string]string{"at": "irgendwann"}},
		},
	}
}

func render(t *testing.T, language string, values Values, facts Facts) Rendered {
	t.Helper()
	r, err := Render(letter(), language, values, facts)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestLetterIsSound(t *testing.T) {
	if problems := Lint(letter()); len(problems) > 0 {
		t.Fatal(problems)
	}
}

func TestRender(t *testing.T) {
	facts := Facts{Zone: time.FixedZone("", 3600), Text: map[string]string{
		"detected": "2026-11-22T06:30:00Z", FromData: "names\naddresses", FromClassification: "confirmed", FromOrganisation: "Tocsin & Co", FromDescription: "as the team wrote it",
	}}
	for _, c := range []struct {
		name, language string
		values         Values
		subject, body  string
		gaps           []string
	}{
		{"facts fill it", "en", nil, "Tocsin & Co: as the team wrote it",
			"To {customer} ({contact}),\n\nIt is over.\nIt is certain.\nas the team wrote it\nData:\n- names\n- addresses\nall of it: names, addresses\nSeen 22 November 2026, 07:30 (UTC+01:00).\n{braces}", nil},
		{"values come first", "en-GB", Values{"what": {Text: "ours"}, "data": {Text: " \n"}, "at": {Text: "2026-11-21"}, "how": {Text: "potential"}}, "Tocsin & Co: ours",
			"To {customer} ({contact}),\n\nIt is over.\nIt may be.\nours\nData:\n- names\n- addresses\nall of it: names, addresses\nSeen 21 November 2026.\n{braces}", nil},
		{"not known yet", "en", Values{"data": {Unknown: true}, "at": {Unknown: true}}, "Tocsin & Co: as the team wrote it",
			"To {customer} ({contact}),\n\nIt is over.\nIt is certain.\nas the team wrote it\nData:\nNot known yet. We will tell you when we know.\nall of it: not known yet\nSeen not known yet.\n{braces}", nil},
		{"another language", "de", Values{"what": {Text: "words"}, "what@de": {Text: "Worte"}, "at": {Unknown: true}}, "Tocsin & Co", "Es ist sicher.irgendwannnames, addressesWorte", nil},
	} {
		r := render(t, c.language, c.values, facts)
		if r.Subject != c.subject || r.Body != c.body || !slices.Equal(r.Gaps, c.gaps) {
			t.Errorf("%s: subject %q, gaps %v, body\n%s\nwant %q and\n%s", c.name, r.Subject, r.Gaps, r.Body, c.subject, c.body)
		}
	}
	r := render(t, "en", nil, Facts{})
	if !slices.Equal(r.Gaps, []string{"what", "us"}) || r.Subject != "[Our name]: [What happened]" || !strings.Contains(r.Body, "[What happened]\nNo data.\n{braces}") {
		t.Errorf("an empty letter has the gaps %v: %q\n%s", r.Gaps, r.Subject, r.Body)
	}
}

func TestRenderRefuses(t *testing.T) {
	long := strings.Repeat("ä", MaxLine+1)
	many := strings.Repeat("x\n", MaxEntries+1)
	for _, c := range []struct {
		language string
		values   Values
		want     string
	}{
		{"fr", nil, `language: "fr" is no language of this template: it has en, de-CH`},
		{"en", Values{"waht": {Text: "x"}}, `waht: is no field of letter: did you mean "what"?`},
		{"en", Values{"how": {Text: "confrimed"}}, `how: "confrimed" is none of its words: did you mean "confirmed"?`},
		{"en", Values{"at": {Text: "tomorrow"}}, `at: "tomorrow" is no time: write 2006-01-02 15:04`},
		{"en", Values{"us": {Text: long}}, `us: is longer than 200 characters`},
		{"en", Values{"us": {Unknown: true}}, `us: “Our name” cannot be left open`},
		{"en", Values{"what": {Text: strings.Repeat("x", MaxText+1)}}, `what: is longer than 20000 characters`},
		{"en", Values{"what": {Text: long}}, `subject: is longer than 200 characters`},
		{"en", Values{"data": {Text: long}}, `data: has an entry longer than 200 characters`},
		{"en", Values{"data": {Text: many}}, `data: has more than 100 entries`},
		{"en", Values{"data": {Text: strings.Repeat(strings.Repeat("ä", MaxLine)+"\n", MaxEntries)}}, `body: is longer than 64 KiB`},
	} {
		_, err := Render(letter(), c.language, c.values, Facts{Text: map[string]string{FromOrganisation: "x", FromDescription: "y"}})
		var refused *Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %s", c.values, err, c.want)
		}
	}
	broken := letter()
	broken.Texts[0].Body = "{waht} {/what} { }"
	_, err := Render(broken, "en", nil, Facts{})
	for _, want := range []string{`{waht} is no field of letter: did you mean "what"?`, "{/what} ends nothing that was begun", "{ } is no place"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a broken template: %v, want %s", err, want)
		}
	}
}

func TestFill(t *testing.T) {
	for _, c := range []struct {
		name string
		to   Recipient
		text string
		want string
	}{
		{"plain", Recipient{"Acme", "a@example.org"}, "To {customer} at {contact}.", "To Acme at a@example.org."},
		{"a name is no place", Recipient{"{contact}", "{customer}"}, "{customer}{contact}", "{contact}{customer}"},
		{"other braces stay", Recipient{"Acme", ""}, "{a} {{ }} {custome} {customer", "{a} {{ }} {custome} {customer"},
		{"a line break in a name", Recipient{"Acme\r\nBcc: all@example.org", ""}, "{customer}", "Acme Bcc: all@example.org"},
		{"overrides in a name", Recipient{"Ac\u202eme\u2066", ""}, "{customer}", "Acme"},
		{"right to left", Recipient{"شركة", "a@example.org"}, "To {customer}", "To \u2068شركة\u2069"},
		{"left to right within right to left", Recipient{"Acme", ""}, "שלום {customer}", "שלום \u2068Acme\u2069"},
	} {
		if subject, body := Fill(c.text, c.text, c.to); subject != c.want || body != c.want {
			t.Errorf("%s: %q and %q, want %q", c.name, subject, body, c.want)
		}
	}
	subject, body := Fill("{customer}{contact}", strings.Repeat("{customer} ", 8), Recipient{strings.Repeat("日", 500), strings.Repeat("x", 500)})
	if utf8.RuneCountInString(subject) != MaxLine || tooWide(body) {
		t.Errorf("a long name gives a subject of %d and a body of lines too wide: %v", utf8.RuneCountInString(subject), tooWide(body))
	}
}

// What a value says stays as it was typed: it is never a place.
func TestValuesAreNoPlaces(t *testing.T) {
	for _, typed := range []string{"{customer}", "{{customer}}", "{{{contact}}}", "{what}", "{?what}x{/what}", "{{", "}", "{customer", "{custom\u200ber}"} {
		r := render(t, "en", Values{"what": {Text: typed}, "us": {Text: "us"}}, Facts{})
		_, body := Fill(r.Subject, r.Body, Recipient{"ACME", "TO"})
		if !strings.Contains(body, "\n"+clean.Line(typed)+"\n") {
			t.Errorf("%q came out as\n%s", typed, body)
		}
	}
}

func TestFold(t *testing.T) {
	wide := strings.Repeat("word ", 300) + strings.Repeat("日", 900) + "e" + strings.Repeat("\u0301", 30)
	for _, line := range fold(wide) {
		if len(line) > MaxWidth || !utf8.ValidString(line) || strings.HasPrefix(line, "\u0301") {
			t.Errorf("a line of %d bytes: %q", len(line), line)
		}
	}
	if got := strings.ReplaceAll(strings.Join(fold(wide), ""), " ", ""); got != strings.ReplaceAll(wide, " ", "") {
		t.Error("folding lost something")
	}
}

func TestChecklist(t *testing.T) {
	contents := []string{"What happened", "what HAPPENED", "Data and when", "How sure", "That it is over", "Something else"}
	r := render(t, "en", Values{"data": {Unknown: true}, "us": {Text: " "}}, Facts{Text: map[string]string{FromDescription: "x"}})
	want := []Item{
		{Content: "What happened", State: Covered, Where: "What happened"},
		{Content: "Data and when", State: Missing, Where: "Data, When", Why: "“When” (at) says nothing yet"},
		{Content: "How sure", State: Covered, Where: "What happened"},
		{Content: "That it is over", State: Covered, Where: "passage over"},
		{Content: "Something else", State: Missing, Why: "the template letter has no place for it: choose another, or write it into one of your own"},
		{Content: "Our name", State: Missing, Where: "Our name", Why: "“Our name” (us) says nothing yet"},
	}
	if got := Checklist(contents, letter(), r); !slices.Equal(got, want) {
		t.Errorf("the list is\n%+v\nwant\n%+v", got, want)
	}
	r = render(t, "en", Values{"data": {Unknown: true}, "at": {Text: "2026-11-22"}, "us": {Text: "us"}, "what": {Unknown: true}}, Facts{})
	got := Checklist(contents[:4], letter(), r)
	if got[1].State != Unknown || got[1].Says != "not known yet" || got[0].State != Unknown || got[2].State != Unknown {
		t.Errorf("what is not known yet: %+v", got)
	}
}

func TestBorrowed(t *testing.T) {
	values := Values{"what": {Text: "words"}, "at": {Text: "2026-11-22"}, "data": {Text: "x"}, "data@de": {Text: "y"}, "us": {}}
	if got := letter().Borrowed("de-CH", values); !slices.Equal(got, []string{"what"}) {
		t.Errorf("borrowed are %v", got)
	}
}

func TestNearest(t *testing.T) {
	have := []string{"en", "de-CH", "de"}
	for language, want := range map[string]int{"de": 2, "DE-ch": 1, "de-AT": 1, "en-GB": 0, "fr": -1, "": -1} {
		at, found := Nearest(language, have)
		if found != (want >= 0) || found && at != want {
			t.Errorf("%q is %d, %v", language, at, found)
		}
	}
}

func TestDiff(t *testing.T) {
	for _, c := range []struct{ before, after, want string }{
		{"", "", ""},
		{"a", "a", " a"},
		{"", "a\nb", "+a +b"},
		{"a\nb", "", "-a -b"},
		{"a\nb\nc\nd", "a\nx\nc\ny\nd", " a -b +x  c +y  d"},
		{"a\nb\nc", "c\na\nb", "+c  a  b -c"},
	} {
		var got []string
		for _, line := range Diff(c.before, c.after) {
			got = append(got, string(line.Change)+line.Text)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%q to %q: %q, want %q", c.before, c.after, strings.Join(got, " "), c.want)
		}
	}
}

// Whatever the texts, reading the kept and removed lines gives the one, the kept
// and added the other.
func TestDiffTellsBoth(t *testing.T) {
	lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 0, 20)
	rapid.Check(t, func(t *rapid.T) {
		before, after := strings.Join(lines.Draw(t, "before"), "\n"), strings.Join(lines.Draw(t, "after"), "\n")
		var a, b []string
		for _, line := range Diff(before, after) {
			if line.Change != Added {
				a = append(a, line.Text)
			}
			if line.Change != Removed {
				b = append(b, line.Text)
			}
		}
		if strings.Join(a, "\n") != before || strings.Join(b, "\n") != after {
			t.Errorf("%q to %q is read as %q and %q", before, after, a, b)
		}
	})
}

// checkSafe is what holds of every text that leaves.
func checkSafe(t *testing.T, subject, body string) {
	t.Helper()
	if clean.Line(withoutIsolates(subject)) != withoutIsolates(subject) || utf8.RuneCountInString(subject) > MaxLine {
		t.Errorf("the subject is %q", subject)
	}
	if plain := withoutIsolates(body); !utf8.ValidString(body) || len(body) > MaxBody+1<<16 || tooWide(body) || strings.ContainsFunc(plain, func(r rune) bool {
		return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r))
	}) {
		t.Errorf("the body is %q", body)
	}
}

func withoutIsolates(text string) string {
	return strings.NewReplacer("\u2068", "", "\u2069", "").Replace(text)
}

func FuzzRender(f *testing.F) {
	for _, seed := range [][4]string{
		{"To {customer}: {what}", "x", "Acme", "a@example.org"},
		{"{?what}{what}{/what}{!what}none{/what}", "", "{contact}", "\x00"},
		{"{{{what}}} {#a}b{/a} {{customer}}", "customer", "شركة", "x\r\nBcc: y"},
		{"{what", "{customer}\n\n\n\x1b[31m", "\u202e", ""},
		{"{data}\n- {data}", "\u2028" + strings.Repeat("{", 950) + "{customer}", "日", "\xff"},
		{strings.Repeat("{?what}", 20), strings.Repeat("long ", 4000), "a", "b"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	f.Fuzz(func(t *testing.T, text, typed, customer, contact string) {
		template := letter()
		template.Texts = []Text{{Language: "en", Subject: "{us}", Body: text}}
		values := Values{"what": {Text: typed}, "data": {Text: typed}, "us": {Text: "us"}}
		r, err := Render(template, "en", values, Facts{})
		again, errAgain := Render(template, "en", values, Facts{})
		if (err == nil) != (errAgain == nil) || r.Body != again.Body {
			t.Fatal("the same twice is not the same")
		}
		if err != nil {
			if clean.Text(err.Error()) != err.Error() {
				t.Errorf("the refusal is not clean: %q", err)
			}
			return
		}
		checkSafe(t, r.Subject, r.Body)
		if len(r.Body) > MaxBody {
			t.Errorf("the body has %d bytes", len(r.Body))
		}
		if strings.Count(r.Body, "{customer}")+strings.Count(r.Body, "{contact}") > 50 {
			return // each may grow by a name
		}
		subject, body := Fill(r.Subject, r.Body, Recipient{customer, contact})
		checkSafe(t, subject, body)
	})
}
