package factor

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

const (
	stepLength  = 30 // seconds (RFC 6238, 4.1)
	skew        = 1  // steps on either side that count, for clocks and for typing (RFC 6238, 5.2)
	secretBytes = 20 // as long as what HMAC with SHA-1 gives (RFC 4226, 4, R6)

	recoveryCodes = 10
	recoveryBytes = 10 // 80 bits
	recoveryGroup = 4  // letters between hyphens
)

// letters write secrets and recovery codes: no digit that looks like a letter.
var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

// Offer is a second factor that nobody has enrolled yet.
type Offer struct{ secret []byte }

// NewOffer makes one, of a secret of 160 bits.
func NewOffer(random io.Reader) (*Offer, error) {
	secret := make([]byte, secretBytes)
	if _, err := io.ReadFull(random, secret); err != nil {
		return nil, fmt.Errorf("make a second factor: read randomness: %w", err)
	}
	return &Offer{secret: secret}, nil
}

// Format keeps the secret out of every text, whatever the verb.
func (*Offer) Format(f fmt.State, _ rune) { io.WriteString(f, "(second factor)") }

// Secret is the secret as people type it into an authenticator: base32.
func (o *Offer) Secret() string { return letters.EncodeToString(o.secret) }

// URI is the secret as authenticators read it from a QR code. The issuer says
// whose record it is for, the account who enters. What is not said is as
// authenticators expect: SHA-1, six digits, 30 s.
func (o *Offer) URI(issuer, account string) string {
	part := strings.NewReplacer(":", " ", "/", " ")
	issuer, account = part.Replace(issuer), part.Replace(account)
	uri := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + issuer + ":" + account}
	// Authenticators take a plus sign as it is, and no space.
	return uri.String() + "?secret=" + o.Secret() + "&issuer=" + url.PathEscape(issuer)
}

// Holds reports whether a code is one of the offer's now. It uses nothing up.
func (o *Offer) Holds(code string, now time.Time) (bool, error) {
	step, err := stepOf(o.secret, code, 0, now)
	return step > 0, err
}

// stepOf finds the step after another one whose code a text is, 0 where there
// is none. It takes as long whichever it is.
func stepOf(secret []byte, code string, after int64, now time.Time) (found int64, err error) {
	text := []byte(strings.Join(strings.Fields(code), ""))
	present := now.Unix() / stepLength
	for step := present - skew; step <= present+skew; step++ {
		if step <= 0 {
			continue
		}
		right, err := codeOf(secret, step)
		if err != nil {
			return 0, err
		}
		if subtle.ConstantTimeCompare([]byte(right), text) == 1 && step > after && found == 0 {
			found = step
		}
	}
	return found, nil
}

// codeOf is the code of a step.
func codeOf(secret []byte, step int64) (string, error) {
	code, err := hotp.GenerateCodeCustom(letters.EncodeToString(secret), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return "", fmt.Errorf("make a code: %w", err)
	}
	return code, nil
}

// newRecovery makes recovery codes, and their hashes.
func newRecovery(random io.Reader) (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		chance := make([]byte, recoveryBytes)
		if _, err := io.ReadFull(random, chance); err != nil {
			return nil, nil, fmt.Errorf("make recovery codes: read randomness: %w", err)
		}
		code := letters.EncodeToString(chance)
		codes = append(codes, grouped(code))
		hashes = append(hashes, hashOf(code))
	}
	return codes, hashes, nil
}

// grouped writes a code as people copy it: ABCD-EFGH-….
func grouped(code string) string {
	var groups []string
	for ; len(code) > recoveryGroup; code = code[recoveryGroup:] {
		groups = append(groups, code[:recoveryGroup])
	}
	return strings.Join(append(groups, code), "-")
}

// hashOf is what is kept of a recovery code, which is too random to be guessed
// from it. Case, spaces and hyphens do not count.
func hashOf(code string) []byte {
	plain := strings.Map(func(r rune) rune {
		if r == '-' || r == ' ' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
	sum := sha256.Sum256([]byte("tocsin recovery 1: " + plain))
	return sum[:]
}

// recoveryIn finds a recovery code among hashes, -1 where it is none. It takes
// as long whichever it is.
func recoveryIn(hashes [][]byte, code string) int {
	hash, found := hashOf(code), -1
	for k, one := range hashes {
		if subtle.ConstantTimeCompare(one, hash) == 1 {
			found = k
		}
	}
	return found
}
