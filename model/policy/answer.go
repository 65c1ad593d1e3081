package policy

import "fmt"

// Answer is a three-valued yes or no. The zero value is Unknown: what nobody
// has said is not a no.
type Answer uint8

const (
	Unknown Answer = iota
	No
	Yes
)

// String returns "unknown", "no" or "yes".
func (a Answer) String() string {
	switch a {
	case Yes:
		return "yes"
	case No:
		return "no"
	default:
		return "unknown"
	}
}

// MarshalText writes the answer as its word.
func (a Answer) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads "yes", "no" or "unknown".
func (a *Answer) UnmarshalText(text []byte) error {
	parsed, err := ParseAnswer(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// ParseAnswer reads "yes", "no" or "unknown" and nothing else.
func ParseAnswer(text string) (Answer, error) {
	switch text {
	case "yes":
		return Yes, nil
	case "no":
		return No, nil
	case "unknown":
		return Unknown, nil
	}
	return Unknown, fmt.Errorf("%q is not an answer: write yes, no or unknown", text)
}

// And is Kleene's three-valued conjunction: one no decides, one unknown leaves
// it open.
func (a Answer) And(b Answer) Answer {
	switch {
	case a == No || b == No:
		return No
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return Yes
}

// Or is Kleene's three-valued disjunction: one yes decides.
func (a Answer) Or(b Answer) Answer {
	switch {
	case a == Yes || b == Yes:
		return Yes
	case a == Unknown || b == Unknown:
		return Unknown
	}
	return No
}
