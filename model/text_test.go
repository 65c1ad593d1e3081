package model

import (
	"testing"
	"time"
)

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
