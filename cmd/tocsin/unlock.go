package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"tocsin/config"
	"tocsin/store/vault"
)

// Files that passphrases are read from where nobody is to be asked. A
// passphrase is never on the command line or in the environment, where others
// could see it.
const (
	passphraseFile    = "TOCSIN_PASSPHRASE_FILE"
	newPassphraseFile = "TOCSIN_NEW_PASSPHRASE_FILE"
)

// maxPassphraseFile bounds what is read of such a file.
const maxPassphraseFile = 4 << 10

// unlock says how the vault of a data directory is unlocked: as the settings
// ask, with a passphrase from a file or whoever sits at the terminal. Settings
// that are wrong are left out; slips says what is wrong with them.
func (a *app) unlock(dir string) (how vault.Unlock, slips, err error) {
	settings, err := config.LoadSettings(filepath.Join(dir, settingsFile))
	var wrong *config.SettingsError
	if errors.As(err, &wrong) {
		slips = err
	} else if err != nil {
		return vault.Unlock{}, nil, &storeError{err: err}
	}
	return vault.Unlock{Method: vault.Method(settings.Vault.Key), KeyFile: settings.Vault.KeyFile, Passphrase: a.passphrase}, slips, nil
}

func (a *app) warnOfSettings(slips error) {
	if slips != nil {
		fmt.Fprintln(a.err, "tocsin: the settings are left out until they are right:")
		a.complain(slips)
	}
}

// unlockSilently asks nobody: what needs a passphrase that no file gives stays
// locked.
func (a *app) unlockSilently(dir string) vault.Unlock {
	settings, err := config.LoadSettings(filepath.Join(dir, settingsFile))
	if err != nil {
		return vault.Unlock{}
	}
	return vault.Unlock{Method: vault.Method(settings.Vault.Key), KeyFile: settings.Vault.KeyFile, Passphrase: func(bool) ([]byte, error) {
		return readPassphrase(a.getenv(passphraseFile))
	}}
}

// passphrase gets the passphrase that unlocks the vault, or for a new vault
// the one that will.
func (a *app) passphrase(choose bool) ([]byte, error) {
	if path := a.named(passphraseFile); path != "" {
		return readPassphrase(path)
	}
	if choose {
		return a.choosePassphrase("the record", passphraseFile)
	}
	return a.ask("Passphrase of the record: ", passphraseFile)
}

// newPassphrase gets the passphrase that takes the place of another.
func (a *app) newPassphrase(bool) ([]byte, error) {
	if path := a.named(newPassphraseFile); path != "" {
		return readPassphrase(path)
	}
	return a.choosePassphrase("the record", newPassphraseFile)
}

// named is the file that a variable names, from where whoever set it is.
func (a *app) named(variable string) string {
	if a.guest != nil {
		return a.guest.path(a.getenv(variable))
	}
	return a.getenv(variable)
}

func (a *app) choosePassphrase(of, variable string) ([]byte, error) {
	once, err := a.ask(fmt.Sprintf("New passphrase of %s (%d characters or more): ", of, vault.MinPassphrase), variable)
	if err != nil {
		return nil, err
	}
	again, err := a.ask("Once more: ", variable)
	if err != nil {
		return nil, err
	}
	defer clear(again)
	if !bytes.Equal(once, again) {
		clear(once)
		return nil, errors.New("the two were not the same")
	}
	return once, nil
}

// ask reads a line at the terminal without showing it.
func (a *app) ask(question, variable string) ([]byte, error) {
	ends := a.ends()
	if ends.secret == nil {
		return nil, fmt.Errorf("there is no terminal to ask for it on; name a file with it in %s", variable)
	}
	to := a.err
	if ends.out {
		to = a.out
	}
	fmt.Fprint(to, question)
	line, err := ends.secret()
	fmt.Fprintln(to)
	return line, err
}

// readPassphrase reads the first line of a file; /dev/fd/3 is one, too.
func readPassphrase(path string) ([]byte, error) {
	if path == "" {
		return nil, fmt.Errorf("name a file with the passphrase in %s", passphraseFile)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxPassphraseFile))
	if err != nil {
		return nil, err
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}
