package outbox

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"tocsin/model"
)

// read reads a letter as a mail program does.
func read(t rapid.TB, text []byte) (header mail.Header, subject, body string) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	var from io.Reader = m.Body
	switch m.Header.Get("Content-Transfer-Encoding") {
	case "quoted-printable":
		from = quotedprintable.NewReader(from)
	case "base64":
		from = base64.NewDecoder(base64.StdEncoding, from)
	}
	data, err := io.ReadAll(from)
	if err != nil {
		t.Fatal(err)
	}
	subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return m.Header, subject, strings.ReplaceAll(string(data), "\r\n", "\n")
}

// TestWhatIsWrittenIsRead writes any text and reads it as a mail program does.
func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		m := notice(3, "kim@ben.example")
		m.Subject = model.CleanLine(rapid.StringN(0, 200, -1).Draw(r, "subject"))
		m.Body = model.CleanText(rapid.StringN(0, 3000, -1).Draw(r, "body"))
		if rapid.Bool().Draw(r, "an encoded word") {
			m.Subject = model.Clip("=?utf-8?q?evil=0D=0ABcc:_eve?= "+m.Subject, 200)
		}
		l, err := m.letter()
		if err != nil {
			r.Fatal(err)
		}
		header, subject, body := read(r, l.text)
		if subject != m.Subject || strings.TrimSuffix(body, "\n") != m.Body {
			r.Fatalf("%q became %q,\n%q became %q", m.Subject, subject, m.Body, body)
		}
		if len(header) != 10 {
			r.Fatalf("headers: %v", header)
		}
		for line := range bytes.Lines(l.text) {
			if len(line) > 1000 || !bytes.HasSuffix(line, []byte("\r\n")) && !bytes.HasSuffix(l.text, line) || bytes.ContainsFunc(line, func(c rune) bool { return c >= utf8.RuneSelf }) {
				r.Fatalf("a line of %d bytes: %q", len(line), line)
			}
		}
	})
}

func TestLanguagesAndLongLines(t *testing.T) {
	for _, body := range []string{
		"سجلّنا وصولاً غير مصرّح به إلى حسابكم.", "בוקר טוב, נועה", "お客様のデータ", strings.Repeat("Umlaute: äöü ", 300),
		".\n..\nFrom here on\n", "no end of line", "\ttabs and trailing spaces   \n", strings.Repeat("x", 5000),
	} {
		m := notice(0, "kim@ben.example")
		m.Subject, m.Body = "Vorfall: يونس", body
		l, err := m.letter()
		if err != nil {
			t.Fatal(err)
		}
		if _, subject, got := read(t, l.text); subject != m.Subject || strings.TrimSuffix(got, "\n") != strings.TrimSuffix(body, "\n") {
			t.Errorf("%q became %q", body, got)
		}
	}
}

// TestNothingIsInjected gives every field what would be more than it.
func TestNothingIsInjected(t *testing.T) {
	for name, change := range map[string]func(*Message){
		"subject":        func(m *Message) { m.Subject = "hi\r\nBcc: eve@evil.example" },
		"subject, LF":    func(m *Message) { m.Subject = "hi\nBcc: eve@evil.example" },
		"recipient":      func(m *Message) { m.To = "kim@ben.example\r\nBcc: eve@evil.example" },
		"two recipients": func(m *Message) { m.To = "kim@ben.example,eve@evil.example" },
		"a route":        func(m *Message) { m.To = "@evil.example:kim@ben.example" },
		"a quoted one":   func(m *Message) { m.To = `"kim> RCPT TO:<eve"@ben.example` },
		"a name":         func(m *Message) { m.To = "Kim <kim@ben.example>" },
		"a parameter":    func(m *Message) { m.To = "kim@ben.example> NOTIFY=NEVER" },
		"sender":         func(m *Message) { m.From = "Ada <a@b.example>\r\nBcc: eve@evil.example" },
		"two senders":    func(m *Message) { m.From = "a@b.example, c@d.example" },
		"identity":       func(m *Message) { m.ID = "x@evil.example>\r\nBcc: eve" },
		"no identity":    func(m *Message) { m.ID = "" },
		"language":       func(m *Message) { m.Language = "en\r\nBcc: eve@evil.example" },
		"a header":       func(m *Message) { m.Headers = []Header{{"X-One", "a\r\nBcc: eve@evil.example"}} },
		"its name":       func(m *Message) { m.Headers = []Header{{"X-One: a\r\nBcc", "eve@evil.example"}} },
		"a second one":   func(m *Message) { m.Headers = []Header{{"bcc", "eve@evil.example"}} },
		"a null":         func(m *Message) { m.Body = "a\x00b" },
		"no UTF-8":       func(m *Message) { m.Body = "a\xffb" },
		"endless":        func(m *Message) { m.Body = strings.Repeat("x", maxBody+1) },
	} {
		m := notice(0, "kim@ben.example")
		change(m)
		if l, err := m.letter(); err == nil || !errors.Is(err, ErrMessage) && !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v %s", name, err, l.text)
		}
	}
	m := notice(0, "kim@ben.example")
	m.Headers = []Header{{"In-Reply-To", "<m0@ada.example>"}}
	m.Body = "\r\n.\r\nMAIL FROM:<eve@evil.example>\r\n"
	l, err := m.letter()
	if err != nil {
		t.Fatal(err)
	}
	if header, _, body := read(t, l.text); header.Get("In-Reply-To") != "<m0@ada.example>" || !strings.Contains(body, "MAIL FROM") {
		t.Errorf("%v %q", header, body)
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"kim@ben.example": "kim@ben.example", "Kim.O'Neill+x@BEN.Example": "Kim.O'Neill+x@ben.example", "jürgen@münchen.example": "jürgen@xn--mnchen-3ya.example",
		"ops@localhost": "ops@localhost", "नमस्ते@x.example": "नमस्ते@x.example",
		"": "", "kim": "", "@ben.example": "", "kim@": "", "kim@ben..example": "", "kim.@ben.example": "", ".kim@ben.example": "", "k..m@ben.example": "",
		"k m@ben.example": "", "kim@[127.0.0.1]": "", "kim@ben example": "", "kim@-.example": "", "a@b@c.example": "", "kim\u202e@ben.example": "", "kim\u200b@ben.example": "",
		strings.Repeat("k", 65) + "@ben.example": "", "kim@" + strings.Repeat("x.", 130) + "example": "", "k\x00m@ben.example": "", "kim@ben.example\n": "",
	} {
		got, err := ParseAddress(text)
		if want == "" && !errors.Is(err, ErrAddress) || want != "" && (err != nil || got.String() != want) {
			t.Errorf("%q is %q, %v, want %q", text, got, err, want)
		}
	}
	upper, err := ParseAddress("Kim@ben.example")
	lower, err2 := ParseAddress("kim@BEN.example")
	if err != nil || err2 != nil || upper == lower || upper.Domain != lower.Domain {
		t.Errorf("%v and %v: case counts before the @ and not after it", upper, lower)
	}
}

func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{"kim@ben.example", "jürgen@münchen.example", "a@b@c", "k\r\nm@x"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAddress(text)
		if err != nil {
			return
		}
		if strings.ContainsAny(a.String(), " \r\n\t<>\x00,;:\"()") || strings.Count(a.String(), "@") != 1 {
			t.Errorf("%q became %q", text, a)
		}
		if again, err := ParseAddress(a.String()); err != nil || again != a {
			t.Errorf("%q, read again: %q %v", a, again, err)
		}
	})
}

func TestIdentities(t *testing.T) {
	ids, err := IdentitiesOf(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	other, _ := IdentitiesOf(bytes.Repeat([]byte{8}, 32))
	seen := make(map[string]bool)
	for _, p := range []Place{{"INC-2026-0001", "N1", 0}, {"INC-2026-0001", "N1", 1}, {"INC-2026-0001", "N2", 0}, {"INC-2026-0002", "N1", 0}, {"INC-2025-123456", "N300", 999_999}} {
		id, err := ids.Of(p)
		again, _ := ids.Of(p)
		if err != nil || id != again || seen[id] || len(id) != 26 {
			t.Errorf("%+v is %q, %v", p, id, err)
		}
		seen[id] = true
		for _, text := range []string{id, "<" + id + "@ada.example>", " " + strings.ToUpper(id) + "@ADA.example"} {
			if got, err := ids.Place(text); err != nil || got != p {
				t.Errorf("%q is of %+v, %v", text, got, err)
			}
		}
		if got, err := other.Place(id); !errors.Is(err, ErrForeign) {
			t.Errorf("another space reads %+v, %v", got, err)
		}
	}
	for _, text := range []string{"", "x", "<@>", strings.Repeat("a", 26), strings.Repeat("1", 26), strings.Repeat("a", 1000)} {
		if got, err := ids.Place(text); !errors.Is(err, ErrForeign) {
			t.Errorf("%q is of %+v, %v", text, got, err)
		}
	}
	for _, p := range []Place{{}, {"INC-2026-0001", "", 0}, {"INC-2026-0001", "N1", -1}, {"x", "N1", 1}} {
		if id, err := ids.Of(p); err == nil {
			t.Errorf("%+v is %s", p, id)
		}
	}
	if _, err := IdentitiesOf([]byte("short")); err == nil {
		t.Error("a short key is taken")
	}
}

func TestAFolderKeepsMessagesForItsOwner(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dry")
	f := Folder{Dir: dir}
	hook := notice(1, "https://hooks.example/x")
	for _, m := range []*Message{notice(0, "kim@ben.example"), hook} {
		if r := sent(t, f, m); r.Outcome != Accepted {
			t.Errorf("%+v", r)
		}
	}
	for name, want := range map[string]string{"0000001-m0.eml": "To: <kim@ben.example>", "0000002-m1.json": `"type":"incident.notice"`} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		info, _ := os.Stat(filepath.Join(dir, name))
		if err != nil || !bytes.Contains(data, []byte(want)) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %s", name, err, data)
		}
	}
	if r := sent(t, f, notice(0, "kim@ben.example")); r.Outcome != Unsent || r.Channel == nil {
		t.Errorf("a file is written over: %+v", r)
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("%v", info.Mode())
	}
}
