package factor

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tocsin/store/vault"
)

var (
	noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	anna = Person{Token: "~aaaaaaaaaaaaaaaa", Key: vault.Subject{Group: "main/people", Number: 1}}
	ben  = Person{Token: "~bbbbbbbbbbbbbbbb", Key: vault.Subject{Group: "main/people", Number: 2}}
)

// drawer is a data directory with a vault and factors.
type drawer struct {
	t    rapid.TB
	dir  string
	keys *vault.Vault
	*Book
}

func newDrawer(t rapid.TB, dir string) *drawer {
	t.Helper()
	keys, err := vault.Open(filepath.Join(dir, "vault"), vault.Unlock{})
	if err != nil {
		t.Fatal(err)
	}
	d := &drawer{t: t, dir: dir, keys: keys}
	d.reopen()
	return d
}

func (d *drawer) reopen() {
	d.t.Helper()
	book, err := Open(filepath.Join(d.dir, "factors", "main"), d.keys)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Book = book
}

// enrol enrols a factor at a time, and returns its secret and recovery codes.
func (d *drawer) enrol(p Person, at time.Time) (*Offer, []string) {
	d.t.Helper()
	offer, err := NewOffer(d.keys.Random())
	if err != nil {
		d.t.Fatal(err)
	}
	recovery, err := d.Confirm(p, offer, d.code(offer, at), at)
	if err != nil {
		d.t.Fatal(err)
	}
	return offer, recovery
}

func (d *drawer) code(offer *Offer, at time.Time) string {
	d.t.Helper()
	code, err := codeOf(offer.secret, at.Unix()/stepLength)
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

func (d *drawer) answers(p Person, code string, at time.Time, want error) {
	d.t.Helper()
	if err := d.Check(p, code, at); !errors.Is(err, want) {
		d.t.Fatalf("%s at %s: %v, want %v", code, at.Format(time.TimeOnly), err, want)
	}
}

// TestCodesOfTheStandard compares with RFC 6238, appendix B, of which the last
// six digits are those of shorter codes.
func TestCodesOfTheStandard(t *testing.T) {
	for at, want := range map[int64]string{
		59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130",
	} {
		got, err := codeOf([]byte("12345678901234567890"), at/stepLength)
		if err != nil || got != want {
			t.Errorf("at %d: %s, %v, want %s", at, got, err, want)
		}
	}
}

func TestACodeCountsOnce(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	offer, _ := d.enrol(anna, noon)
	d.answers(anna, d.code(offer, noon), noon, ErrWrong) // it confirmed the enrolment
	later := noon.Add(time.Minute)
	code := d.code(offer, later)
	d.answers(anna, code[:3]+" "+code[3:], later, nil)
	d.answers(anna, code, later, ErrWrong)
	d.reopen()
	d.answers(anna, code, later.Add(30*time.Second), ErrWrong)
	d.answers(anna, d.code(offer, later.Add(-30*time.Second)), later, ErrWrong) // one before it
	d.answers(ben, code, later, ErrNone)
}

func TestCodesBesideThePresentOne(t *testing.T) {
	for steps, want := range map[time.Duration]error{-2: ErrWrong, -1: nil, 0: nil, 1: nil, 2: ErrWrong} {
		d := newDrawer(t, t.TempDir())
		offer, _ := d.enrol(anna, noon)
		later := noon.Add(time.Hour)
		d.answers(anna, d.code(offer, later.Add(steps*30*time.Second)), later, want)
	}
}

func TestRecoveryCodes(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	_, recovery := d.enrol(anna, noon)
	if len(recovery) != recoveryCodes || len(strings.ReplaceAll(recovery[0], "-", "")) < 80/5 {
		t.Fatalf("recovery codes: %q", recovery)
	}
	for k, code := range recovery {
		if k%2 == 1 {
			code = strings.ToLower(strings.ReplaceAll(code, "-", " "))
		}
		d.answers(anna, code, noon, nil)
		d.answers(anna, code, noon, ErrWrong)
		d.reopen()
		if s, err := d.Status(anna, noon); err != nil || s.Recovery != recoveryCodes-1-k || !s.Enrolled.Equal(noon) {
			t.Fatalf("after %d: %+v, %v", k+1, s, err)
		}
	}
}

func TestAnEnrolmentIsConfirmed(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	offer, err := NewOffer(d.keys.Random())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Confirm(anna, offer, "12345", noon); !errors.Is(err, ErrWrong) {
		t.Errorf("enrolled without a code: %v", err)
	}
	d.answers(anna, d.code(offer, noon), noon, ErrNone)
	earlier, _ := d.enrol(anna, noon)
	d.enrol(anna, noon)
	d.answers(anna, d.code(earlier, noon.Add(time.Hour)), noon.Add(time.Hour), ErrWrong)
}

func TestWrongCodesHaveToWait(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	offer, recovery := d.enrol(anna, noon)
	now := noon.Add(time.Hour)
	for range freeWrong {
		d.answers(anna, "000 00", now, ErrWrong)
	}
	waits := []time.Duration{time.Second, 2 * time.Second, 4 * time.Second}
	for range 12 {
		waits = append(waits, min(2*waits[len(waits)-1], longestWait))
	}
	for _, wait := range waits {
		d.reopen()
		d.answers(anna, recovery[0], now.Add(wait-time.Millisecond), ErrWait)
		var told *Wait
		if err := d.Check(anna, d.code(offer, now), now); !errors.As(err, &told) || !told.Until.Equal(now.Add(wait)) {
			t.Fatalf("until %v, want %v more than %v: %v", told, wait, now, err)
		}
		if s, err := d.Status(anna, now); err != nil || !s.Waits.Equal(now.Add(wait)) {
			t.Fatalf("%+v, %v", s, err)
		}
		now = now.Add(wait)
		d.answers(anna, "00000", now, ErrWrong)
	}
	now = now.Add(longestWait)
	d.answers(anna, d.code(offer, now), now, nil)
	d.answers(anna, "00000", now, ErrWrong) // and the next costs nothing again
	d.answers(anna, recovery[0], now, nil)
}

// TestAClockThatGoesBack keeps nobody out for longer than the longest wait, and
// brings no code back.
func TestAClockThatGoesBack(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	offer, recovery := d.enrol(anna, noon)
	for range freeWrong {
		d.answers(anna, "00000", noon, ErrWrong)
	}
	before := noon.Add(-365 * 24 * time.Hour)
	d.answers(anna, recovery[0], before, ErrWait)
	d.answers(anna, d.code(offer, before), before.Add(time.Minute), ErrWrong)
	d.answers(anna, recovery[0], before.Add(3*time.Minute), nil)
}

func TestWhatIsDestroyed(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	offer, _ := d.enrol(anna, noon)
	d.enrol(ben, noon)
	sealed, err := os.ReadFile(filepath.Join(d.Book.dir, "aaaaaaaaaaaaaaaa"))
	if err != nil || bytes.Contains(sealed, offer.secret) || bytes.Contains(sealed, []byte("secret")) {
		t.Fatalf("the file is not sealed: %v", err)
	}
	if err := d.Keep(func(token string) bool { return token == ben.Token }); err != nil {
		t.Fatal(err)
	}
	d.answers(anna, "1", noon, ErrNone)
	if _, err := d.Status(ben, noon); err != nil {
		t.Error(err)
	}
	if err := d.keys.Forget(ben.Key); err != nil {
		t.Fatal(err)
	}
	d.answers(ben, "1", noon, ErrNone)
	if err := errors.Join(d.Remove(ben), d.Remove(ben)); err != nil {
		t.Error(err)
	}
	if files, err := os.ReadDir(d.Book.dir); err != nil || len(files) > 0 {
		t.Errorf("%d files are left, %v", len(files), err)
	}
}

func TestFilesThatAreNotAsTheyWereWritten(t *testing.T) {
	d := newDrawer(t, t.TempDir())
	d.enrol(anna, noon)
	offer, _ := d.enrol(ben, noon)
	a, b := filepath.Join(d.Book.dir, anna.Token[1:]), filepath.Join(d.Book.dir, ben.Token[1:])
	if info, err := os.Stat(a); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.Rename(b, a); err != nil {
		t.Fatal(err)
	}
	d.answers(anna, d.code(offer, noon.Add(time.Minute)), noon.Add(time.Minute), ErrDamaged)
	for _, data := range [][]byte{{}, {1}, bytes.Repeat([]byte{1}, 300), make([]byte, longestFile+1)} {
		if err := os.WriteFile(a, data, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := d.Check(anna, "123456", noon); err == nil || errors.Is(err, ErrWrong) || errors.Is(err, ErrNone) {
			t.Errorf("%d bytes: %v", len(data), err)
		}
	}
	for _, token := range []string{"", "~", "~../x", "~A"} {
		if err := d.Check(Person{Token: token, Key: anna.Key}, "1", noon); err == nil || errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestURI(t *testing.T) {
	offer := &Offer{secret: []byte("12345678901234567890")}
	want := "otpauth://totp/Ada%20Ltd%20x:Kim%20L%C3%BCnd?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Ada%20Ltd%20x"
	if got := offer.URI("Ada Ltd:x", "Kim Lünd"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if text := fmt.Sprintf("%v %+v %s", offer, offer, offer); strings.Contains(text, "1234") || strings.Contains(text, "49") {
		t.Errorf("the secret is printed: %s", text)
	}
}

// TestNothingCountsTwice checks codes in any order, while the clock moves either
// way, writes fail at any step and the book is opened again: a code of an
// authenticator never counts after a later one, and a recovery code once.
func TestNothingCountsTwice(t *testing.T) {
	root := t.TempDir()
	number := 0
	rapid.Check(t, func(r *rapid.T) {
		number++
		dir := filepath.Join(root, strconv.Itoa(number))
		if err := os.Mkdir(dir, 0o700); err != nil {
			r.Fatal(err)
		}
		d, now := newDrawer(r, dir), noon
		offer, recovery := d.enrol(anna, now)
		newest, spent := now.Unix()/stepLength, map[string]bool{}
		r.Repeat(map[string]func(*rapid.T){
			"move the clock": func(r *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(-100, 2000).Draw(r, "seconds")) * time.Second)
			},
			"open again": func(r *rapid.T) { d.reopen() },
			"a code": func(r *rapid.T) {
				step := now.Unix()/stepLength + int64(rapid.IntRange(-3, 3).Draw(r, "step"))
				code, err := codeOf(offer.secret, step)
				if err != nil {
					r.Fatal(err)
				}
				if d.fails(r, code, now) != nil {
					return
				}
				if step <= newest || step < now.Unix()/stepLength-skew || step > now.Unix()/stepLength+skew {
					r.Fatalf("the code of step %d counted after %d, at %d", step, newest, now.Unix()/stepLength)
				}
				newest = step
			},
			"a recovery code": func(r *rapid.T) {
				code := rapid.SampledFrom(recovery).Draw(r, "code")
				if d.fails(r, code, now) != nil {
					return
				}
				if spent[code] {
					r.Fatalf("%s counted twice", code)
				}
				spent[code] = true
			},
			"anything": func(r *rapid.T) {
				text := rapid.StringN(0, 20, 64).Draw(r, "text")
				if d.fails(r, text, now) == nil {
					r.Fatalf("%q counted", text)
				}
			},
			"": func(r *rapid.T) {
				s, err := d.Status(anna, now)
				if err != nil || s.Recovery > recoveryCodes-len(spent) || s.Waits.Sub(now) > longestWait {
					r.Fatalf("%+v, %v; %d are spent", s, err, len(spent))
				}
			},
		})
	})
}

var errFault = errors.New("the disk failed")

// fails checks a code while a step of the write may fail.
func (d *drawer) fails(r *rapid.T, code string, now time.Time) error {
	at := rapid.IntRange(0, 20).Draw(r, "fails at")
	d.before = func(step, path string) error {
		if at--; at == 0 {
			return errFault
		}
		return nil
	}
	defer func() { d.before = nil }()
	return d.Check(anna, code, now)
}
