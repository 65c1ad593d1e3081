package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"tocsin/config"
	"tocsin/model"
	"tocsin/store"
	"tocsin/store/backup"
	"tocsin/store/vault"
)

const backupLong = `Writes one file with a space's whole record as it is now, while the record goes on
being used by this process: every event, the keys of the vault (sealed as they
are), the stored evidence, settings, and the team's own packs and calendars.
What is written is verified against the signed checkpoint and read back before
the file gets its name. Nothing is overwritten, and the record says that it was
backed up.

The file is sealed with age (age-encryption.org): for the keys of --recipient
and --recipients-file, or with a passphrase, which is asked for or read from
--passphrase-file. Its first line says what it is of, and can be read without.

Where the usual key file in the vault unlocks the record, it goes into the
backup, for a backup without it opens nothing: whoever opens the backup can
then read the record. --without-key leaves it out; keep it elsewhere then. A key
file elsewhere, a passphrase and the system's keyring are never in it. A vault
that the keyring unlocks cannot be opened on another machine: before you rely on
its backups, give it a passphrase or a key file with tocsin vault rotate.

--incremental writes what came since the last backup that lies in the same
folder, --since FILE since that one. It is restored after those before it. Make
a whole one now and then: a chain is as good as its weakest link. Each holds the
vault as it was then: old ones still open what was forgotten since, so they have
to be destroyed in time.`

// backupFlags is how a backup is asked for.
type backupFlags struct {
	to, since, recipientsFile, passphraseFile string
	recipients                                []string
	incremental, withoutKey                   bool
}

func (a *app) backupCommand() *cobra.Command {
	var given backupFlags
	cmd := &cobra.Command{
		Use:   "backup --to FILE|FOLDER",
		Short: "Write the whole record into one sealed file",
		Long:  backupLong,
		Example: `  tocsin backup --to /media/stick --recipient age1…
  tocsin backup --to /media/stick --recipients-file team.txt --incremental`,
		Args: words(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case given.to == "":
				return usage(cmd, "where to? --to FILE or --to FOLDER")
			case given.incremental && given.since != "":
				return usage(cmd, "--incremental finds the previous backup, --since names it: give one of them")
			case given.passphraseFile != "" && (given.recipientsFile != "" || len(given.recipients) > 0):
				return usage(cmd, "a backup is sealed for recipients or with a passphrase, not both")
			}
			return a.withSession(cmd, func(ctx context.Context, s *session) error { return a.backUp(ctx, s, given) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&given.to, "to", "", "the new file, or a folder that it gets a name in")
	flags.StringArrayVar(&given.recipients, "recipient", nil, "a public key (age1…) that it is sealed for; may be given again")
	flags.StringVar(&given.recipientsFile, "recipients-file", "", "a file with a public key on each line")
	flags.StringVar(&given.passphraseFile, "passphrase-file", "", "a file whose first line is the passphrase (else it is asked for)")
	flags.BoolVar(&given.incremental, "incremental", false, "only what came since the last backup in the same folder")
	flags.StringVar(&given.since, "since", "", "only what came since this backup")
	flags.BoolVar(&given.withoutKey, "without-key", false, "leave the key file out that unlocks the vault")
	return a.reading(cmd)
}

func (a *app) backUp(ctx context.Context, s *session, given backupFlags) error {
	if err := (custodian{s}).mayGive(model.CopyRecord{}); err != nil {
		return err
	}
	options := store.BackupOptions{Made: s.now(), Program: version(), Key: !given.withoutKey}
	var err error
	if options.After, err = s.previous(given); err != nil {
		return err
	}
	if options.Files, err = teamFiles(filepath.Dir(s.store.Vault().Path())); err != nil {
		return err
	}
	if options.Evidence, err = s.blobs(); err != nil {
		return err
	}
	recipients, sealed, err := a.recipients(given)
	if err != nil {
		return err
	}
	options.Sealed = sealed
	progress := a.newProgress()
	options.Progress = progress.copying()
	to := backupName(given.to, s.space.ID(), options)
	var m backup.Manifest
	var end backup.End
	err = backup.Files{}.Create(ctx, to, func(w io.Writer) (err error) {
		m, end, err = s.space.Backup(ctx, w, options, recipients...)
		return err
	}, func() error {
		_, err := s.space.Do(ctx, s.actor, model.CopyRecord{Way: model.CopyBackup, Name: filepath.Base(to), Events: m.Events, Root: m.Root.String()})
		return err
	})
	progress.clear()
	switch {
	case errors.Is(err, fs.ErrExist):
		return taken(to, nil)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return model.Refuse(model.Field("to", err.Error(), "a new file in a folder that can be written to"))
	case err != nil:
		return backupTrouble(err)
	}
	return a.printBackup(s, to, m, end)
}

// backupView is what was backed up.
type backupView struct {
	File       string `json:"file"`
	ID         string `json:"id"`
	Space      string `json:"space"`
	Log        string `json:"log" help:"its name in its checkpoints"`
	After      uint64 `json:"after" help:"the last event of the backup that this one goes on from; 0 for a whole one"`
	Events     uint64 `json:"events" help:"how many are in it"`
	Last       stamp  `json:"last" help:"when the last of them was recorded"`
	Made       stamp  `json:"made"`
	Root       string `json:"root" help:"of the log up to there, base64"`
	Evidence   int    `json:"evidence" help:"pieces that are in it"`
	Changed    int    `json:"changed" help:"of them, those that are not what was taken in"`
	Missing    int    `json:"missing" help:"pieces that are not there"`
	OpensWith  string `json:"opens_with" help:"recipients or passphrase"`
	UnlockedBy string `json:"unlocked_by" help:"what unlocks the record in it: file, passphrase or keyring"`
	Key        bool   `json:"key" help:"the key file that unlocks the record is in it"`
}

// backupTrouble marks an error as one of the record, unless it is about the
// backup that was given.
func backupTrouble(err error) error {
	for _, no := range []error{backup.ErrChain, backup.ErrKey, backup.ErrDamaged, backup.ErrNewer} {
		if errors.Is(err, no) {
			return &model.Refusal{Cause: no, Reason: err.Error()}
		}
	}
	return blobTrouble(err)
}

// backupName is where a backup goes: into the file that was named, or under a
// name that sorts by time into a folder.
func backupName(to, space string, options store.BackupOptions) string {
	if info, err := os.Stat(to); err != nil || !info.IsDir() {
		return to
	}
	kind := "whole"
	if options.After != nil {
		kind = fmt.Sprintf("after-%d", options.After.Events)
	}
	return filepath.Join(to, fmt.Sprintf("%s-%s-%s.tocsin", space, options.Made.UTC().Format("20060102T150405Z"), kind))
}

// recipients are whom a backup is sealed for.
func (a *app) recipients(given backupFlags) ([]age.Recipient, backup.Sealing, error) {
	lines := strings.Join(given.recipients, "\n")
	if given.recipientsFile != "" {
		text, err := os.ReadFile(given.recipientsFile)
		if err != nil {
			return nil, "", model.Refuse(model.Field("recipients-file", err.Error(), "a file with a public key on each line"))
		}
		lines += "\n" + string(text)
	}
	if strings.TrimSpace(lines) != "" {
		keys, err := age.ParseRecipients(strings.NewReader(lines))
		if err != nil {
			return nil, "", model.Refuse(model.Field("recipient", err.Error(), "public keys as age-keygen prints them: age1…"))
		}
		return keys, backup.ByRecipients, nil
	}
	words, err := a.backupPassphrase(given.passphraseFile, true)
	if err != nil {
		return nil, "", err
	}
	defer clear(words)
	key, err := age.NewScryptRecipient(string(words))
	return []age.Recipient{key}, backup.ByPassphrase, err
}

// backupPassphrase gets the passphrase of a backup; choose asks for a new one.
func (a *app) backupPassphrase(file string, choose bool) (words []byte, err error) {
	const accepted = "--recipient age1…, --passphrase-file FILE, or a terminal to ask at"
	switch {
	case file != "":
		words, err = readPassphrase(file)
	case choose:
		words, err = a.choosePassphrase("the backup", "--passphrase-file")
	default:
		words, err = a.ask("Passphrase of the backup: ", "--passphrase-file")
	}
	if err != nil {
		return nil, model.Refuse(model.Field("passphrase", err.Error(), accepted))
	}
	if choose && len(words) < vault.MinPassphrase {
		return nil, model.Refuse(model.Field("passphrase", "is too short", fmt.Sprintf("%d characters or more", vault.MinPassphrase)))
	}
	return words, nil
}

// previous is the backup that an incremental one goes on from, nil for a whole
// one.
func (s *session) previous(given backupFlags) (*backup.Manifest, error) {
	if given.since != "" {
		m, err := backup.Peek(given.since)
		if err != nil {
			return nil, model.Refuse(model.Field("since", err.Error(), "a backup of this space"))
		}
		return &m, nil
	}
	if !given.incremental {
		return nil, nil
	}
	folder := given.to
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		folder = filepath.Dir(folder)
	}
	found, err := latestBackup(folder, s.space)
	if err != nil || found != nil {
		return found, err
	}
	return nil, &model.Refusal{Reason: fmt.Sprintf("no backup of space %s lies in %s: make a whole one first, without --incremental", s.space.ID(), folder)}
}

// latestBackup finds the backup of a space in a folder that has most events.
func latestBackup(folder string, space *store.Space) (*backup.Manifest, error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, model.Refuse(model.Field("to", err.Error(), "a folder that backups lie in"))
	}
	var latest *backup.Manifest
	for _, entry := range entries {
		if !entry.Type().IsRegular() {
			continue
		}
		m, err := backup.Peek(filepath.Join(folder, entry.Name()))
		if err != nil || m.Space != space.ID() || m.Origin != space.Origin() {
			continue
		}
		if latest == nil || m.Events > latest.Events || m.Events == latest.Events && m.Made.After(latest.Made) {
			latest = &m
		}
	}
	return latest, nil
}

// teamFiles reads what a team keeps beside the record: settings, packs and
// calendars.
func teamFiles(dir string) ([]store.OwnFile, error) {
	names := []string{settingsFile}
	for _, folder := range []string{config.CalendarsFolder, config.PacksFolder} {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, &storeError{err: err}
		}
		for _, entry := range entries {
			names = append(names, path.Join(folder, entry.Name()))
		}
	}
	var files []store.OwnFile
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) || !backup.IsOwnFile(name) {
			continue
		}
		if err != nil {
			return nil, &storeError{err: err}
		}
		if len(data) > backup.MaxFile {
			return nil, &model.Refusal{Reason: fmt.Sprintf("%s has %s: such files have at most %s", name, model.Bytes(uint64(len(data))), model.Bytes(backup.MaxFile))}
		}
		files = append(files, store.OwnFile{Name: name, Data: data})
	}
	slices.SortFunc(files, func(x, y store.OwnFile) int { return strings.Compare(x.Name, y.Name) })
	return files, nil
}

func (a *app) printBackup(s *session, to string, m backup.Manifest, end backup.End) error {
	if a.json {
		g := s.gather()
		view := backupView{
			File: to, ID: m.ID, Space: m.Space, Log: m.Origin, Events: end.Events, Last: g.stamp(m.Last), Made: g.stamp(m.Made), Root: m.Root.String(),
			Evidence: end.Evidence, Changed: len(end.Changed), Missing: len(end.Missing), OpensWith: string(m.Sealed), UnlockedBy: m.Unlock, Key: m.Key,
		}
		if m.After != nil {
			view.After = m.After.Events
		}
		return s.out.printJSON(view)
	}
	what := "whole"
	if m.After != nil {
		what = fmt.Sprintf("what came after event %d", m.After.Events)
	}
	s.out.line(painted{to, strong})
	s.out.line(painted{"  holds     ", quiet}, painted{fmt.Sprintf("%s: %s, the last of %s; %s", what, several(end.Events, "event"), exactly(m.Last, s.zone()), several(uint64(end.Evidence), "piece of evidence", "pieces of evidence")), plain})
	s.out.line(painted{"  root      ", quiet}, painted{m.Root.String(), plain})
	s.out.line(painted{"  opens with ", quiet}, painted{map[backup.Sealing]string{backup.ByRecipients: "a key of its recipients", backup.ByPassphrase: "its passphrase"}[m.Sealed], plain})
	s.out.indented(2, s.keyWords(m), plain)
	s.printUnsound(len(end.Changed), len(end.Missing))
	return nil
}

// keyWords say where the key is that unlocks the record in a backup.
func (s *session) keyWords(m backup.Manifest) string {
	switch {
	case m.Key:
		return "The key file that unlocks the record is in it: whoever opens the backup can read the record."
	case m.Unlock == string(vault.ByFile):
		return "The key file that unlocks the record is not in it: keep a copy of " + s.store.Vault().KeyFile() + " elsewhere. Without it nobody can open the record."
	case m.Unlock == string(vault.ByKeyring):
		return "The key that unlocks the record is in this machine's keyring alone: elsewhere nobody can open the record. See tocsin vault rotate."
	}
	return "The record in it is unlocked by its own passphrase, which is not in it."
}

// printUnsound warns of evidence that is not what it should be.
func (s *session) printUnsound(changed, missing int) {
	if changed+missing == 0 {
		return
	}
	s.out.line(painted{fmt.Sprintf("  ! of the evidence %d changed and %d missing; tocsin evidence verify says which", changed, missing), strong})
}

// several is a number and what it counts, with a plural of its own if needed.
func several(n uint64, one string, many ...string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, append(many, one+"s")[0])
}

// exactly is a moment with its date, year and zone.
func exactly(at time.Time, zone *time.Location) string {
	return at.In(zone).Format("2006-01-02 15:04:05 MST")
}

// copying follows a backup or a restore.
func (p *progress) copying() store.Copying {
	return func(what string, done, total uint64) { p.bar(what, done, total) }
}

func (p *progress) bar(what string, done, total uint64) {
	const cells = 20
	if p.out == nil || total == 0 {
		return
	}
	p.shown = true
	full := int(min(done, total) * cells / total)
	fmt.Fprintf(p.out, "\r%s %3d%% %s%s %d of %d\x1b[K", what, min(done, total)*100/total, strings.Repeat("━", full), strings.Repeat("─", cells-full), done, total)
}
