package store

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tocsin/model"
	"tocsin/store/vault"
)

// customerKey is whom what is known of a customer is sealed for.
func (v *veil) customerKey(number uint64) vault.Subject {
	return vault.Subject{Group: v.space + "/customers", Number: number}
}

func (v *veil) customerContext(number uint64) string {
	return v.space + "/customers/" + strconv.FormatUint(number, 10)
}

// sealCustomer seals what is known of a customer. Of one who was forgotten
// nothing is kept.
func (v *veil) sealCustomer(number uint64, text string) (string, error) {
	switch text {
	case "":
		return "", nil
	case model.ForgottenText:
		return veilMark, nil
	}
	sealed, err := v.vault.Seal(v.customerKey(number), v.customerContext(number), []byte(text))
	if errors.Is(err, vault.ErrForgotten) {
		return veilMark, nil
	}
	return veilMark + base64.RawURLEncoding.EncodeToString(sealed), err
}

// openCustomer is the inverse of sealCustomer.
func (v *veil) openCustomer(number uint64, text string) (string, error) {
	coded, ok := strings.CutPrefix(text, veilMark)
	switch {
	case text == "":
		return "", nil
	case !ok:
		return "", fmt.Errorf("%w: what is known of a customer is not sealed", ErrDamaged)
	case coded == "":
		return model.ForgottenText, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(coded)
	if err != nil {
		return "", fmt.Errorf("%w: what is known of a customer cannot be read", ErrDamaged)
	}
	plain, err := v.vault.Open(v.customerKey(number), v.customerContext(number), sealed)
	if errors.Is(err, vault.ErrForgotten) {
		return model.ForgottenText, nil
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return string(plain), nil
}
