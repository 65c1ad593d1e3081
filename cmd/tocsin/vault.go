package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"tocsin/store/vault"
)

const vaultLong = `The record is encrypted under keys that are kept in the vault folder of the data
directory. They are unlocked by a key file (the usual one lies in the vault
itself: move it elsewhere to keep it from whoever copies the directory), by a
passphrase, or by an entry in the operating system's keyring.

In settings.toml:

  [vault]
  key = "file"                  # or "passphrase", or "keyring"
  key_file = "/media/key/master.key"

A passphrase is asked for at the terminal, or read from the file that
TOCSIN_PASSPHRASE_FILE names. Whoever loses what unlocks the vault loses the
record: nobody can open it again. Keep a copy.`

func (a *app) vaultCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "vault",
		Short: "Say what unlocks the record's keys, or change it",
		Long:  vaultLong,
		Args:  a.noVerb,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usage(cmd, "what about the vault? status or rotate")
		},
	}
	cmd.AddCommand(a.vaultStatusCommand(), a.vaultRotateCommand())
	return cmd
}

// vaultView is what unlocks the vault, as it is printed.
type vaultView struct {
	Key     string `json:"key"`
	KeyFile string `json:"key_file" help:"\"\" where no key file unlocks it"`
	Path    string `json:"path"`
}

func (a *app) vaultStatusCommand() *cobra.Command {
	return a.reading(&cobra.Command{
		Use:   "status",
		Short: "Say what unlocks the vault",
		Args:  words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(_ context.Context, s *session) error { return a.printVault(s) })
		},
	})
}

func (a *app) printVault(s *session) error {
	keys := s.store.Vault()
	view := vaultView{Key: string(keys.Method()), KeyFile: keys.KeyFile(), Path: keys.Path()}
	if a.json {
		return s.out.printJSON(view)
	}
	s.out.line(painted{"vault         ", quiet}, painted{view.Path, plain})
	s.out.line(painted{"unlocked by   ", quiet}, painted{view.Key, plain})
	if view.KeyFile != "" {
		s.out.line(painted{"key file      ", quiet}, painted{view.KeyFile, plain})
	}
	return nil
}

func (a *app) vaultRotateCommand() *cobra.Command {
	var key, keyFile string
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Change what unlocks the vault, and the keys it seals with",
		Long: `Gives the vault a new key file, passphrase or keyring entry, and seals the keys
in it anew. The old one opens nothing in the directory afterwards; it still
opens older backups. An interrupted rotation is finished by the next start.

A new passphrase is asked for at the terminal, or read from the file that
TOCSIN_NEW_PASSPHRASE_FILE names.`,
		Example: `  tocsin vault rotate
  tocsin vault rotate --key passphrase
  tocsin vault rotate --key file --key-file /media/key/master.key`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withSession(cmd, func(ctx context.Context, s *session) error {
				return a.rotateVault(ctx, s, vault.Method(key), keyFile)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&key, "key", "", "what unlocks it from now on: file, passphrase or keyring (else as it is)")
	flags.StringVar(&keyFile, "key-file", "", "where the key file lies from now on (else where it is)")
	completeWords(cmd, "key", string(vault.ByFile), string(vault.ByPassphrase), string(vault.ByKeyring))
	return cmd
}

func (a *app) rotateVault(ctx context.Context, s *session, method vault.Method, keyFile string) error {
	keys := s.store.Vault()
	former := keys.KeyFile()
	if keyFile == "" {
		keyFile = former
	}
	path, err := wholePath(keyFile)
	if err != nil {
		return err
	}
	if err := keys.Rotate(ctx, vault.Unlock{Method: method, KeyFile: path, Passphrase: a.newPassphrase}); err != nil {
		return troubled(err)
	}
	s.out.line(painted{"The vault has new keys.", plain})
	if err := a.printVault(s); err != nil {
		return err
	}
	return s.printVaultSettings(former)
}

func wholePath(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the key file: %w", err)
	}
	return whole, nil
}

// printVaultSettings says what the settings must say now, where that changed.
func (s *session) printVaultSettings(former string) error {
	keys := s.store.Vault()
	if keys.KeyFile() == former && keys.Method() == vault.ByFile {
		return nil
	}
	s.out.line(painted{"Write into settings.toml:", plain})
	s.out.line(painted{"  [vault]", plain})
	s.out.line(painted{fmt.Sprintf("  key = %q", keys.Method()), plain})
	if keys.KeyFile() != "" {
		s.out.line(painted{fmt.Sprintf("  key_file = %q", keys.KeyFile()), plain})
	}
	return nil
}
