package model

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestCleanLine(t *testing.T) {
	cases := []struct{ name, text, want string }{
		{"plain", "Strange log-ins", "Strange log-ins"},
		{"spaces and breaks", "  a\r\n\tb\u2028c\u0085d\ve  f\u00a0g ", "a b c d e f g"},
		{"colours", "\x1b[1;31mred\x1b[0m", "red"},
		{"8-bit CSI", "a\u009b2Jb", "ab"},
		{"title", "a\x1b]0;owned\ab\x1b]0;owned\x1b\\c", "abc"},
		{"string that never ends", "a\x1b]52;c;b", "a52;c;b"},
		{"charset", "a\x1b(Bb\x1b#8c", "abc"},
		{"escape within an escape", "a\x1b(\x1b[31mb", "ab"},
		{"cut off", "a\x1b", "a"},
		{"CSI cut off", "a\x1b[12;", "a"},
		{"CSI broken by a break", "a\x1b[12\nb", "a b"},
		{"bidi", "user\u202egpj.exe\u2066", "usergpj.exe"},
		{"zero width", "ad\u200bm\u2060in\ufeff", "admin"},
		{"joiner between Latin letters", "ad\u200dmin", "admin"},
		{"joiner held by what is dropped", "ad\u202e\u200d\u202emin", "admin"},
		{"joiners in a row", "a\u200d\u200d\u200db", "ab"},
		{"joiner at a space", "日\u3000\u200d日", "日 日"},
		{"emoji family", "👩\u200d👧", "👩\u200d👧"},
		{"invalid UTF-8", "a\xff\xfeb", "a\ufffd\ufffdb"},
		{"tags and private use", "a\U000e0041\ue000\U0010ffffb", "ab"},
		{"DEL", "a\x7fb", "ab"},
		{"other scripts", "Zürich 東京 القاهرة", "Zürich 東京 القاهرة"},
	}
	for _, c := range cases {
		if got := CleanLine(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestCleanText(t *testing.T) {
	const text = "\n\n  first\t \r\nsecond\rthird\u2029fourth\x1b[K\n\n"
	if got, want := CleanText(text), "  first\nsecond\nthird\nfourth"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A text full of openings that never end takes linear time: this one would
// run for hours if each were searched to the end.
func TestCleanManyOpenings(t *testing.T) {
	if got := CleanLine(strings.Repeat("\x1b]", 1<<20)); got != "" {
		t.Errorf("%d bytes are left", len(got))
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		text string
		n    int
		want string
	}{{"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"äöüß", 2, "ä…"}, {"ab", 1, "…"}, {"ab", 0, ""}, {"", 0, ""}} {
		if got := Clip(c.text, c.n); got != c.want {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.text, c.n, got, c.want)
		}
	}
}

// checkClean is what holds of any text that was cleaned.
func checkClean(t rapid.TB, text string) {
	t.Helper()
	for name, clean := range map[string]func(string) string{"CleanLine": CleanLine, "CleanText": CleanText} {
		got := clean(text)
		if again := clean(got); again != got {
			t.Errorf("%s(%q) is %q, and cleaned again %q", name, text, got, again)
		}
		if utf8.RuneCountInString(got) > utf8.RuneCountInString(text) {
			t.Errorf("%s(%q) grew to %q", name, text, got)
		}
		if !utf8.ValidString(got) || name == "CleanLine" && strings.Contains(got, "\n") {
			t.Errorf("%s(%q) is %q", name, text, got)
		}
		for _, r := range got {
			if r != '\n' && r != '\u200d' && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) &&
				unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point) {
				t.Errorf("%s(%q) keeps %U", name, text, r)
			}
		}
	}
}

func TestCleanAnything(t *testing.T) {
	nasty := rapid.SampledFrom([]string{
		"\x1b", "[", "]", "\u009b", "\u009c", "\u009d", "\\", "\a", "m", "1;", "(", "\u200d", "\u202e", "\u200b", "\u2028", "\u0085",
		"\r", "\n", "\t", " ", "\u3000", "a", "é", "日", "👩", "\xff", "\xc3", "\u0600", "\u180b", "\ufdd0", "\ufffe", "\U000e0020", "\x00", "\x7f", "\u00ad",
	})
	rapid.Check(t, func(t *rapid.T) {
		checkClean(t, strings.Join(rapid.SliceOfN(nasty, 0, 12).Draw(t, "parts"), ""))
		checkClean(t, rapid.String().Draw(t, "text"))
	})
}

func FuzzCleanText(f *testing.F) {
	for _, seed := range []string{"", "a\x1b]0;t\ab", "x\u200d\u202ey", "\x1b[\x1b[\x1b", "\xff\x1b(", "a\r\n\tb", "\u009d\u009c", "\u2073"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkClean(t, text) })
}

func TestParseID(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"INC-2026-0007", "INC-2026-0007"}, {" inc-2026-7 ", "INC-2026-0007"}, {"2025-12345", "INC-2025-12345"}, {"7", "INC-2026-0007"}, {"INC-7", "INC-2026-0007"},
		{"", ""}, {"0", ""}, {"-7", ""}, {"+7", ""}, {"26-7", ""}, {"+202-7", ""}, {"2026-", ""}, {"2026-+7", ""}, {"2026-7-1", ""}, {"0000-1", ""}, {"seven", ""}, {"٧", ""},
		{"99999999999999999999", ""}, {"\x1b[31m7", ""},
	} {
		id, err := ParseID(c.text, 2026)
		if string(id) != c.want || (err == nil) != (c.want != "") {
			t.Errorf("ParseID(%q) = %q, %v; want %q", c.text, id, err, c.want)
		}
	}
}

func TestIDParts(t *testing.T) {
	if year, number, ok := NewID(2026, 12345).Parts(); year != 2026 || number != 12345 || !ok {
		t.Errorf("parts are %d, %d, %v", year, number, ok)
	}
	for _, id := range []ID{"", "INC-2026-7", "INC-2026-00007", "INC-2026-+007", "inc-2026-0007", "INC-2026-0000", "INC-26-0007", "INC-2026"} {
		if _, _, ok := id.Parts(); ok {
			t.Errorf("%q counts as an id", id)
		}
	}
}

func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"INC-2026-0007", "inc-2026-7", "2026-7", "7", "-", "+1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := ParseID(text, 2026)
		if err != nil {
			if CleanText(err.Error()) != err.Error() {
				t.Errorf("the refusal of %q is not clean: %q", text, err)
			}
			return
		}
		year, number, ok := id.Parts()
		if !ok || NewID(year, number) != id {
			t.Errorf("ParseID(%q) = %q, which is no id", text, id)
		}
		if again, err := ParseID(string(id), 1); err != nil || again != id {
			t.Errorf("%q reads as %q, %v", id, again, err)
		}
	})
}

func TestTLPs(t *testing.T) {
	for _, text := range []TLP{"amber+strict", "TLP:AMBER+STRICT", " tlp:Amber+Strict\n"} {
		in := &inputs{}
		if got := in.tlp("tlp", text); got != TLPAmberStrict || in.refusal() != nil {
			t.Errorf("%q is %q, %v", text, got, in.refusal())
		}
	}
}

func TestValues(t *testing.T) {
	zone := time.FixedZone("X", 5*3600)
	v := Time(time.Date(2026, 1, 1, 5, 0, 0, 1999999, zone))
	if got := v.At.Format(time.RFC3339Nano); got != "2026-01-01T00:00:00.001Z" {
		t.Errorf("a time is kept as %s", got)
	}
	if !v.Equal(Value{At: v.At.In(zone)}) || v.Equal(Value{}) {
		t.Error("values compare by what they say")
	}
}
