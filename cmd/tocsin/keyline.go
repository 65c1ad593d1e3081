package main

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/crypto/ssh"

	"tocsin/model"
)

// Bounds of what is read for keys.
const (
	maxKeyFile = 256 << 10 // bytes of a file of keys
	minRSA     = 3072      // bits: less is not enough beyond 2030 (NIST SP 800-57, part 1)
)

// keyTypes are the public keys that are taken, by the name that OpenSSH gives
// them, and whether such a key lives in a security key.
var keyTypes = map[string]bool{
	ssh.KeyAlgoED25519:    false,
	ssh.KeyAlgoECDSA256:   false,
	ssh.KeyAlgoECDSA384:   false,
	ssh.KeyAlgoECDSA521:   false,
	ssh.KeyAlgoRSA:        false,
	ssh.KeyAlgoSKED25519:  true,
	ssh.KeyAlgoSKECDSA256: true,
}

// keysAccepted says what keys are taken.
const keysAccepted = "a public key as ssh-keygen writes it: ssh-ed25519, ecdsa-sha2-nistp…, sk-… of a security key, or ssh-rsa of at least 3072 bits"

// keys reads the keys that were given: each is a public key, the name of a file
// of them, or - for standard input.
func (s *session) keys(flag string, given []string) ([]model.AccessKey, error) {
	var keys []model.AccessKey
	for _, text := range given {
		some, err := s.keysOf(flag, text)
		if err != nil {
			return nil, err
		}
		keys = append(keys, some...)
	}
	return keys, nil
}

func (s *session) keysOf(flag, text string) ([]model.AccessKey, error) {
	if isKeyLine(text) {
		return parseKeys(flag, text)
	}
	if text != "-" {
		return readKeyFile(flag, text)
	}
	data, err := io.ReadAll(io.LimitReader(s.in, maxKeyFile+1))
	if err != nil {
		return nil, fmt.Errorf("read keys from standard input: %w", err)
	}
	return parseKeyFile(flag, "standard input", data)
}

// isKeyLine tells a line of a key from the name of a file of them: every key
// begins with the length of its type's name, which is AAAA in base64.
func isKeyLine(text string) bool {
	return strings.Contains(text, " AAAA") || strings.Contains(text, "PRIVATE KEY-----")
}

func readKeyFile(flag, name string) ([]model.AccessKey, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, model.Refuse(model.Field(flag, err.Error(), keysAccepted+", a file of them, or -"))
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxKeyFile+1))
	if err != nil {
		return nil, model.Refuse(model.Field(flag, err.Error(), "a file of public keys"))
	}
	return parseKeyFile(flag, name, data)
}

func parseKeyFile(flag, name string, data []byte) ([]model.AccessKey, error) {
	if len(data) > maxKeyFile {
		return nil, model.Refuse(model.Field(flag, fmt.Sprintf("%s has more than %d KiB", name, maxKeyFile>>10), "a file of public keys"))
	}
	keys, err := parseKeys(flag, string(data))
	if err == nil && len(keys) == 0 {
		err = model.Refuse(model.Field(flag, name+" has no key in it", keysAccepted))
	}
	return keys, err
}

// parseKeys reads public keys, one to a line, as a file authorized_keys has
// them: empty lines and those that begin with # are left out. Every line that
// is wrong is refused by its number.
func parseKeys(flag, text string) ([]model.AccessKey, error) {
	if strings.Contains(text, "PRIVATE KEY-----") {
		return nil, model.Refuse(model.Field(flag, "is a private key, which nobody gives away", "the public one beside it: the file that ends in .pub"))
	}
	var keys []model.AccessKey
	var wrong []model.FieldError
	for k, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, problem := parseKey(line)
		if problem.Problem == "" {
			keys = append(keys, key)
			continue
		}
		if problem.Field = flag; strings.Contains(strings.TrimSpace(text), "\n") {
			problem.Problem = fmt.Sprintf("line %d %s", k+1, problem.Problem)
		}
		wrong = append(wrong, problem)
	}
	if len(wrong) > 0 {
		return nil, model.Refuse(wrong...)
	}
	return keys, nil
}

// parseKey reads one line: the type, the key, and a comment, which is dropped.
func parseKey(line string) (model.AccessKey, model.FieldError) {
	words := strings.Fields(line)
	name := words[0]
	hardware, known := keyTypes[name]
	switch {
	case strings.Contains(name, "-cert-v01@"):
		return model.AccessKey{}, model.Field("", "is a certificate", "the person's own key or, to take certificates, the authority's: tocsin people authority add")
	case name == "ssh-dss":
		return model.AccessKey{}, model.Field("", "is a DSA key, which proves nothing any more", keysAccepted)
	case !known && hasOptions(line):
		return model.AccessKey{}, model.Field("", "has options before the key, and none are taken: what somebody may do is their role's", "the line from the type of the key on")
	case !known || len(words) < 2:
		return model.AccessKey{}, model.Field("", fmt.Sprintf("is no public key (%q)", model.Clip(model.CleanLine(line), 40)), keysAccepted)
	}
	data, err := base64.StdEncoding.DecodeString(words[1])
	if err != nil {
		return model.AccessKey{}, model.Field("", "has a key that is cut off or changed", "the whole line, as ssh-keygen wrote it")
	}
	key, err := ssh.ParsePublicKey(data)
	if err != nil || key.Type() != name || !bytes.Equal(key.Marshal(), data) {
		return model.AccessKey{}, model.Field("", "has a key that is cut off or changed, or not the one its type says", "the whole line, as ssh-keygen wrote it")
	}
	if bits := bitsOfRSA(key); bits > 0 && bits < minRSA {
		return model.AccessKey{}, model.Field("", fmt.Sprintf("is an RSA key of %d bits", bits), keysAccepted)
	}
	return model.AccessKey{Fingerprint: ssh.FingerprintSHA256(key), Type: name, Hardware: hardware}, model.FieldError{}
}

// bitsOfRSA is how long an RSA key is, 0 for any other.
func bitsOfRSA(key ssh.PublicKey) int {
	if public, ok := key.(ssh.CryptoPublicKey); ok {
		if rsaKey, ok := public.CryptoPublicKey().(*rsa.PublicKey); ok {
			return rsaKey.N.BitLen()
		}
	}
	return 0
}

// hasOptions tells a line whose key comes after something else.
func hasOptions(line string) bool {
	_, _, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	return err == nil && len(options) > 0
}
