package channels

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"tocsin/model"
	"tocsin/store/outbox"
)

func folder(t *testing.T, dir, space string) *Folder {
	t.Helper()
	f, err := Open(dir, space, bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func mail(name string) Settings {
	return Settings{Name: name, Kind: model.EmailChannel, Server: "smtp.ada.example:587", From: "Ada <security@ada.example>", User: "tocsin", Password: "open sesame", To: []string{"boss@ada.example"}}
}

func hook(name string) Settings {
	return Settings{Name: name, Kind: model.WebhookChannel, To: []string{"https://hooks.example/T0/secret-path"}, Secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
}

func TestWhatIsKeptComesBackAndShowsNowhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "channels")
	f := folder(t, dir, "main")
	if all, err := f.All(); all != nil || err != nil {
		t.Fatal(all, err)
	}
	for _, s := range []Settings{mail("mail"), hook("ops"), mail("mail")} {
		if err := f.Put(s); err != nil {
			t.Fatal(err)
		}
	}
	again := folder(t, dir, "main")
	if all, err := again.All(); err != nil || !reflect.DeepEqual(all, []Settings{mail("mail"), hook("ops")}) {
		t.Errorf("%+v %v", all, err)
	}
	data, err := os.ReadFile(filepath.Join(dir, "main"))
	info, _ := os.Stat(filepath.Join(dir, "main"))
	if err != nil || info.Mode().Perm() != 0o600 || bytes.Contains(data, []byte("sesame")) || bytes.Contains(data, []byte("ada")) {
		t.Errorf("%v %v", err, info.Mode())
	}
	if err := os.WriteFile(filepath.Join(dir, "other"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	if all, err := folder(t, dir, "other").All(); !errors.Is(err, ErrDamaged) {
		t.Errorf("another space reads %v, %v", all, err)
	}
	for k := range data {
		changed := bytes.Clone(data)
		changed[k] ^= 1
		if all, err := f.open(changed); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d: %v %v", k, all, err)
		}
	}
	if err := f.Remove("mail"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Get("mail"); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
	if s, err := f.Get("ops"); err != nil || s.Secret != hook("ops").Secret {
		t.Errorf("%+v %v", s, err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, mail("mail")); strings.Contains(text, "sesame") {
			t.Errorf("%s prints the password", verb)
		}
	}
}

func TestAFaultLeavesWhatWas(t *testing.T) {
	f := folder(t, filepath.Join(t.TempDir(), "channels"), "main")
	if err := f.Put(mail("mail")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	for _, at := range []string{"write", "sync", "rename"} {
		f.steps = func(step, _ string) error {
			if step == at {
				return broken
			}
			return nil
		}
		other := mail("mail")
		other.Server = "elsewhere.example:25"
		if err := f.Put(other); !errors.Is(err, broken) {
			t.Errorf("%s: %v", at, err)
		}
		if got, err := f.Get("mail"); err != nil || got.Server != mail("mail").Server {
			t.Errorf("%s: %+v %v", at, got, err)
		}
	}
}

func TestDigests(t *testing.T) {
	f := folder(t, t.TempDir(), "main")
	seen := make(map[string]bool)
	for _, change := range []func(*Settings){func(*Settings) {}, func(s *Settings) { s.Password = "other" }, func(s *Settings) { s.To = append(s.To, "x@y.example") }, func(s *Settings) { s.Roots = "x" }} {
		s := mail("mail")
		change(&s)
		digest, err := f.Digest(&s)
		again, _ := f.Digest(&s)
		other, _ := folder(t, t.TempDir(), "other").Digest(&s)
		if err != nil || seen[digest] || digest != again || digest == other || len(digest) != 64 {
			t.Errorf("%s, %v", digest, err)
		}
		seen[digest] = true
	}
}

func TestSettingsThatMakeNoChannel(t *testing.T) {
	for name, change := range map[string]func(*Settings){
		"no kind":        func(s *Settings) { s.Kind = "pigeon" },
		"no port":        func(s *Settings) { s.Server = "smtp.ada.example" },
		"no host":        func(s *Settings) { s.Server = ":25" },
		"port":           func(s *Settings) { s.Server = "a:99999" },
		"tls":            func(s *Settings) { s.Security = "ssl" },
		"plain login":    func(s *Settings) { s.Security = outbox.Plain },
		"from":           func(s *Settings) { s.From = "Ada" },
		"to":             func(s *Settings) { s.To = []string{"boss"} },
		"roots":          func(s *Settings) { s.Roots = "nothing" },
		"hook, http":     func(s *Settings) { *s = hook("x"); s.To = []string{"http://x.example"} },
		"hook, two":      func(s *Settings) { *s = hook("x"); s.To = append(s.To, s.To[0]) },
		"hook, unsigned": func(s *Settings) { *s = hook("x"); s.Secret = "" },
	} {
		s := mail("mail")
		change(&s)
		if sender, err := s.Sender(); err == nil || sender != nil {
			t.Errorf("%s makes a channel", name)
		}
	}
	m, h := mail("mail"), hook("ops")
	if sender, err := m.Sender(); err != nil || sender.(*outbox.SMTP).Hello != "ada.example" {
		t.Errorf("%+v %v", sender, err)
	}
	if c := h.Channel("d"); c.Server != "hooks.example" || strings.Contains(fmt.Sprint(c), "secret-path") {
		t.Errorf("%+v", c)
	}
	for _, space := range []string{"", "..", "a/b", `a\b`} {
		if _, err := Open(t.TempDir(), space, make([]byte, 32)); err == nil {
			t.Errorf("%q is a space", space)
		}
	}
}
