package sshd

import (
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

func TestSplit(t *testing.T) {
	for _, test := range []struct {
		line string
		want []string
	}{
		{"", nil},
		{" \t ", nil},
		{"queue --json", []string{"queue", "--json"}},
		{`a 'b c' "d e"`, []string{"a", "b c", "d e"}},
		{`'' ""`, []string{"", ""}},
		{`a'b'"c"d`, []string{"abcd"}},
		{`\ a\'b`, []string{" a'b"}},
		{`"\a\"\\\$\` + "`" + `"`, []string{`\a"\$` + "`"}},
		{`'\'`, []string{`\`}},
		{"a \\\n b", []string{"a", "b"}},
		{"a\\\nb", []string{"ab"}},
		{"\"a\\\nb\"", []string{"ab"}},
		{`$HOME * ~ ; | & > < $(x) #y`, []string{"$HOME", "*", "~", ";", "|", "&", ">", "<", "$(x)", "#y"}},
		{"größe 日本", []string{"größe", "日本"}},
	} {
		got, err := Split(test.line)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q is %q (%v), want %q", test.line, got, err, test.want)
		}
	}
	for _, line := range []string{`'`, `"`, `a 'b`, `"\"`, `a\`, "a\x00b", "\xff", strings.Repeat("a ", maxWords+1), strings.Repeat("a", maxCommand+1)} {
		if got, err := Split(line); !errors.Is(err, ErrCommand) {
			t.Errorf("%.20q is %.20q (%v)", line, got, err)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, line := range []string{"", "queue --json", `a 'b c' "d \" e" \ f`, "a\\\nb", `''`, `"`, "\x00"} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Split(line)
		if err != nil {
			if !errors.Is(err, ErrCommand) {
				t.Errorf("%q: %v", line, err)
			}
			return
		}
		length := 0
		for _, word := range words {
			length += len(word)
		}
		if length > len(line) || len(words) > maxWords {
			t.Errorf("%q grew to %q", line, words)
		}
		again, err := Split(Join(words))
		if len(Join(words)) <= maxCommand && (err != nil || !slices.Equal(again, words)) {
			t.Errorf("%q became %q (%v)", words, again, err)
		}
	})
}

func FuzzTerminal(f *testing.F) {
	f.Add([]byte{})
	f.Add(ssh.Marshal(struct {
		Term                         string
		Width, Height, Pixels, Other uint32
		Modes                        string
	}{"xterm", 80, 24, 0, 0, "\x00"}))
	f.Add(ssh.Marshal(struct{ Width, Height, Pixels, Other uint32 }{1 << 31, 0, 0, 0}))
	f.Fuzz(func(t *testing.T, payload []byte) {
		term, size, ok := parseTerminal(payload)
		if ok && (size.Width < 1 || size.Width > maxWidth || size.Height < 1 || size.Height > maxHeight) {
			t.Errorf("the size is %+v", size)
		}
		if ok && (term == "" || len(term) > 40 || model.CleanLine(term) != term || strings.ContainsAny(term, "/ ")) {
			t.Errorf("the terminal is %q", term)
		}
		if size, ok = parseSize(payload); ok {
			merged := size.or(Size{defaultWidth, defaultHeight})
			if merged.Width < 1 || merged.Width > maxWidth || merged.Height < 1 || merged.Height > maxHeight {
				t.Errorf("the size is %+v", merged)
			}
		}
	})
}

func FuzzEnvironment(f *testing.F) {
	for _, pair := range [][2]string{{"LANG", "C"}, {"LC_ALL", "de_DE.UTF-8"}, {"TZ", "Europe/Berlin"}, {"TZ", ":/etc/passwd"}, {"TOCSIN_DIRECTORY", "/a/../b"}, {"LD_PRELOAD", "x"}, {"TERM", "\x1b"}} {
		f.Add(ssh.Marshal(struct{ Name, Value string }{pair[0], pair[1]}))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		name, value, ok := parseVariable(payload)
		if !ok {
			return
		}
		var network, local environment
		if network.take(Network, name, value) {
			if !isPrintable(value) || len(value) > maxValue || strings.HasPrefix(name, "TOCSIN_") || strings.HasPrefix(name, "LD_") {
				t.Errorf("%q=%q was taken from the network", name, value)
			}
			if network.directory() != "" {
				t.Errorf("%q=%q names a directory", name, value)
			}
		}
		if local.take(Socket, name, value) && (!utf8.ValidString(value) || strings.ContainsRune(value, 0) || len(value) > maxLocalValue) {
			t.Errorf("%q=%q was taken from the socket", name, value)
		}
		for k := range 2 * maxVariables {
			local.take(Socket, "LC_"+strings.Repeat("A", k%40+1), value)
		}
		if len(local.variables) > maxVariables {
			t.Errorf("%d variables were taken", len(local.variables))
		}
	})
}

// meta is of a connection that only has a user name.
type meta struct {
	ssh.ConnMetadata
	user string
}

func (m meta) User() string { return m.user }

func FuzzUser(f *testing.F) {
	for _, user := range []string{"ada", "", "report", "\x1b]0;x\a", strings.Repeat("x", 1000), "\u202eada", "\xff\xfe"} {
		f.Add(user)
	}
	key := newKey(f).PublicKey()
	k := newKeeper()
	k.people[ssh.FingerprintSHA256(key)] = Visitor{Name: "ada", Role: model.Lead}
	server := New(Options{Door: k})
	f.Fuzz(func(t *testing.T, user string) {
		c := newConnection(&entry{server: server, kind: Network, ctx: t.Context()}, stillConn{})
		permissions, err := c.offer(meta{user: user}, key)
		if len(user) > maxUser {
			if err == nil {
				t.Errorf("%q is let in", user)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		clean := permissions.ExtraData[offerKey{}].(offer).visitor.User
		if clean != model.CleanLine(clean) || utf8.RuneCountInString(clean) > 64 || !utf8.ValidString(clean) {
			t.Errorf("%q became %q", user, clean)
		}
	})
}

// stillConn is a connection that nothing comes from.
type stillConn struct{ net.Conn }

func (stillConn) RemoteAddr() net.Addr { return nil }
