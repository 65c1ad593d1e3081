package clean

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestLine(t *testing.T) {
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
		if got := Line(c.text); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestText(t *testing.T) {
	const text = "\n\n  first\t \r\nsecond\rthird\u2029fourth\x1b[K\n\n"
	if got, want := Text(text), "  first\nsecond\nthird\nfourth"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A text full of openings that never end takes linear time: this one would
// run for hours if each were searched to the end.
func TestManyOpenings(t *testing.T) {
	if got := Line(strings.Repeat("\x1b]", 1<<20)); got != "" {
		t.Errorf("%d bytes are left", len(got))
	}
}

// checkClean is what holds of any text that was cleaned.
func checkClean(t rapid.TB, text string) {
	t.Helper()
	for name, clean := range map[string]func(string) string{"Line": Line, "Text": Text} {
		got := clean(text)
		if again := clean(got); again != got {
			t.Errorf("%s(%q) is %q, and cleaned again %q", name, text, got, again)
		}
		if utf8.RuneCountInString(got) > utf8.RuneCountInString(text) {
			t.Errorf("%s(%q) grew to %q", name, text, got)
		}
		if !utf8.ValidString(got) || name == "Line" && strings.Contains(got, "\n") {
			t.Errorf("%s(%q) is %q", name, text, got)
		}
		for _, r := range got {
			if r != '\n' && r != zeroWidthJoiner && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) &&
				unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Other_Default_Ignorable_Code_Point) {
				t.Errorf("%s(%q) keeps %U", name, text, r)
			}
		}
	}
}

func TestAnything(t *testing.T) {
	nasty := rapid.SampledFrom([]string{
		"\x1b", "[", "]", "\u009b", "\u009c", "\u009d", "\\", "\a", "m", "1;", "(", "\u200d", "\u202e", "\u200b", "\u2028", "\u0085",
		"\r", "\n", "\t", " ", "\u3000", "a", "é", "日", "👩", "\xff", "\xc3", "\u0600", "\u180b", "\ufdd0", "\ufffe", "\U000e0020", "\x00", "\x7f", "\u00ad",
	})
	rapid.Check(t, func(t *rapid.T) {
		checkClean(t, strings.Join(rapid.SliceOfN(nasty, 0, 12).Draw(t, "parts"), ""))
		checkClean(t, rapid.String().Draw(t, "text"))
	})
}

func FuzzText(f *testing.F) {
	for _, seed := range []string{"", "a\x1b]0;t\ab", "x\u200d\u202ey", "\x1b[\x1b[\x1b", "\xff\x1b(", "a\r\n\tb", "\u009d\u009c", "\u2073"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) { checkClean(t, text) })
}
