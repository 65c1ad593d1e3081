package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"math/big"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// lineOf is a public key as ssh-keygen writes it.
func lineOf(t testing.TB, public any) string {
	t.Helper()
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// ed25519Line is the line of the key that a seed makes.
func ed25519Line(t testing.TB, seed byte) string {
	t.Helper()
	return lineOf(t, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize)).Public())
}

// securityKeyLine is the line of a key that lives in a security key.
func securityKeyLine(seed byte) string {
	public := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize)).Public().(ed25519.PublicKey)
	wire := ssh.Marshal(struct {
		Name        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, "ssh:"})
	return ssh.KeyAlgoSKED25519 + " " + base64.StdEncoding.EncodeToString(wire)
}

func rsaLine(t testing.TB, bits int) string {
	t.Helper()
	modulus := new(big.Int).Lsh(big.NewInt(1), uint(bits-1)) // nobody factors it here
	return lineOf(t, &rsa.PublicKey{N: modulus.Add(modulus, big.NewInt(1)), E: 65537})
}

// dsaLine is the line of a key of a kind that is taken nowhere any more.
func dsaLine() string {
	const name = "ssh-dss" // RFC 4253, section 6.6
	wire := ssh.Marshal(struct {
		Name       string
		P, Q, G, Y *big.Int
	}{name, new(big.Int).SetBit(big.NewInt(1), 1023, 1), new(big.Int).SetBit(big.NewInt(1), 159, 1), big.NewInt(2), big.NewInt(4)})
	return name + " " + base64.StdEncoding.EncodeToString(wire)
}

func TestParseKeys(t *testing.T) {
	one, two, hardware := ed25519Line(t, 1), ed25519Line(t, 2), securityKeyLine(3)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	nist := lineOf(t, &curve.PublicKey)
	changed := []byte(one)
	changed[len(changed)-2] ^= 1
	for _, c := range []struct {
		name, text string
		types      string // of the keys, separated by spaces
		refusal    string
	}{
		{"one", one, "ssh-ed25519", ""},
		{"with a comment", one + " ann@laptop of theirs", "ssh-ed25519", ""},
		{"a file", "# Ann's keys\r\n\r\n" + one + " ann\r\n  " + hardware + "\n" + nist + "\n", "ssh-ed25519 sk-ssh-ed25519@openssh.com ecdsa-sha2-nistp256", ""},
		{"twice", one + "\n" + two, "ssh-ed25519 ssh-ed25519", ""},
		{"a long RSA key", rsaLine(t, 3072), "ssh-rsa", ""},
		{"a short RSA key", rsaLine(t, 2048), "", "--key: is an RSA key of 2048 bits; accepted: a public key"},
		{"a DSA key", dsaLine(), "", "is a DSA key"},
		{"options", `from="192.0.2.0/24",no-pty ` + one, "", "has options before the key, and none are taken"},
		{"options that say little", "restrict " + one, "", "has options before the key"},
		{"an option with a key in it", `command="ssh-ed25519 AAAA" ` + one, "", "has options before the key"},
		{"a certificate", "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5", "", "is a certificate; accepted: the person's own key"},
		{"a private key", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNz\n-----END OPENSSH PRIVATE KEY-----\n", "", "is a private key, which nobody gives away"},
		{"a type alone", "ssh-ed25519", "", `is no public key ("ssh-ed25519")`},
		{"another type", strings.Replace(one, "ssh-ed25519", "ssh-rsa", 1), "", "not the one its type says"},
		{"cut off", one[:len(one)-8], "", "cut off or changed"},
		{"changed", string(changed) + "!", "", "cut off or changed"},
		{"more behind it", one + "AAAA", "", "cut off or changed"},
		{"nonsense", "hello\x1b[2Jworld", "", `is no public key ("helloworld")`},
		{"one line of many", one + "\nhello\nrestrict " + two, "", "--key: line 2 is no public key"},
		{"another line of many", one + "\nhello\nrestrict " + two, "", "--key: line 3 has options"},
	} {
		keys, err := parseKeys("--key", c.text)
		if c.refusal != "" {
			if !errors.Is(err, model.ErrRefused) || !strings.Contains(err.Error(), c.refusal) {
				t.Errorf("%s: %v, want %q", c.name, err, c.refusal)
			}
			continue
		}
		var types []string
		for _, k := range keys {
			types = append(types, k.Type)
			if k.Hardware != strings.HasPrefix(k.Type, "sk-") || !strings.HasPrefix(k.Fingerprint, fingerprintMark) {
				t.Errorf("%s: %+v", c.name, k)
			}
		}
		if err != nil || strings.Join(types, " ") != c.types {
			t.Errorf("%s: %v, %v", c.name, types, err)
		}
	}
}

// FuzzParseKeys holds that whatever is taken is a key that OpenSSH's format
// has, under its own fingerprint, and that nothing else of the line is kept.
func FuzzParseKeys(f *testing.F) {
	for _, line := range []string{ed25519Line(f, 1) + " c", securityKeyLine(2), rsaLine(f, 2048), "restrict " + ed25519Line(f, 3), "# none", "ssh-ed25519 AAAA\nsk-", `a="b c" ssh-rsa AAAAB3`} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, text string) {
		keys, err := parseKeys("--key", text)
		if err != nil {
			if !errors.Is(err, model.ErrRefused) || len(keys) > 0 || model.CleanText(err.Error()) != err.Error() {
				t.Fatalf("%d keys, %q", len(keys), err)
			}
			return
		}
		for _, k := range keys {
			hardware, known := keyTypes[k.Type]
			if !known || hardware != k.Hardware || len(k.Fingerprint) != len(fingerprintMark)+43 || !k.Added.IsZero() {
				t.Fatalf("%+v", k)
			}
			if !strings.Contains(text, k.Type) {
				t.Fatalf("%s is in no line", k.Type)
			}
		}
	})
}

func TestKeyNamed(t *testing.T) {
	keys := []model.AccessKey{{Fingerprint: "SHA256:abcd"}, {Fingerprint: "SHA256:abxy"}}
	for typed, want := range map[string]string{"SHA256:abcd": "SHA256:abcd", "abc": "SHA256:abcd", " SHA256:abx ": "SHA256:abxy", "SHA256:zz": "SHA256:zz", "": ""} {
		if got, err := keyNamed(keys, typed); err != nil || got.Fingerprint != want {
			t.Errorf("%q is %v, %v", typed, got, err)
		}
	}
	if _, err := keyNamed(keys, "SHA256:ab"); err == nil || !strings.Contains(err.Error(), "begins 2 of them; accepted: SHA256:abcd, SHA256:abxy") {
		t.Errorf("%v", err)
	}
}
