// Command tocsin-verify verifies, offline and trusting nobody but a public
// key, a log as tocsin hands it over: that every event is as it was signed,
// that none is missing, and that the log begins with what it was at earlier
// times. It verifies proofs about single events and about two checkpoints, too.
//
// What it does is here, in package bundle (the log's files) and in package tree
// (hashes, checkpoints, proofs). None of them knows how tocsin keeps a log.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"unicode"

	"golang.org/x/mod/sumdb/note"

	"tocsin/store/bundle"
	"tocsin/store/tree"
)

const usage = `Usage: tocsin-verify [-key KEY] [-checkpoint FILE ...] [-witness KEY ...] DIRECTORY
       tocsin-verify -key KEY [-witness KEY ...] PROOF ...
       tocsin-verify -key KEY -checkpoint FILE PROOF

Verifies a log as tocsin hands it over, or proofs about one. KEY is a public
key, NAME+HASH+BASE64, or a file that holds one; take it from anywhere but from
the log. FILE is a signed checkpoint that you kept from an earlier time.

The last line is the verdict. Exit codes: 0 whole, 1 something is wrong, 2 it
cannot be said.
`

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(int(code))
}

// request is what the command line asks for.
type request struct {
	key        note.Verifier
	checkpoint [][]byte
	witnesses  []note.Verifier
	what       []string
}

func run(ctx context.Context, args []string, out, trouble io.Writer) bundle.Outcome {
	r, err := parse(args)
	if err != nil {
		fmt.Fprintf(trouble, "tocsin-verify: %s\n\n%s", printable(err.Error()), usage)
		return bundle.CannotSay
	}
	outcome, err := r.verify(ctx, out)
	if err != nil {
		fmt.Fprintf(out, "CANNOT SAY: %s.\n", printable(err.Error()))
		return bundle.CannotSay
	}
	return outcome
}

func parse(args []string) (request, error) {
	var r request
	flags := flag.NewFlagSet("tocsin-verify", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Func("key", "", func(given string) (err error) {
		r.key, err = readKey(given)
		return err
	})
	flags.Func("checkpoint", "", func(given string) error {
		signed, err := readFile(given, tree.MaxCheckpoint)
		r.checkpoint = append(r.checkpoint, signed)
		return err
	})
	flags.Func("witness", "", func(given string) error {
		key, err := readKey(given)
		r.witnesses = append(r.witnesses, key)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return r, err
	}
	if r.what = flags.Args(); len(r.what) == 0 {
		return r, errors.New("what is to be verified?")
	}
	return r, nil
}

// readKey takes a public key, or the name of a file with one.
func readKey(given string) (note.Verifier, error) {
	if key, err := tree.ParseVerifier(given); err == nil {
		return key, nil
	}
	text, err := readFile(given, 4<<10)
	if err != nil {
		return nil, err
	}
	return tree.ParseVerifier(strings.TrimSpace(string(text)))
}

// readFile reads a file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s has more than %d bytes", path, most)
	}
	return data, err
}

// verify tells a log from proofs.
func (r request) verify(ctx context.Context, out io.Writer) (bundle.Outcome, error) {
	proofs, err := proofsIn(r.what)
	if err != nil {
		return bundle.CannotSay, err
	}
	if len(proofs) > 0 {
		return r.proofs(proofs, out)
	}
	if len(r.what) > 1 {
		return bundle.CannotSay, errors.New("one log at a time")
	}
	verdict, err := bundle.Verify(ctx, r.what[0], bundle.Question{Key: r.key, Kept: r.checkpoint, Witnesses: r.witnesses})
	if err != nil {
		return bundle.CannotSay, err
	}
	for _, line := range verdict.Lines() {
		tell(out, line.About, line.Found)
	}
	fmt.Fprintln(out, printable(verdict.Sentence()))
	return verdict.Outcome(), nil
}

func tell(out io.Writer, about, found string) {
	fmt.Fprintf(out, "%-12s %s\n", about, printable(found))
}

// printable leaves out what a terminal might take for an instruction.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) || r == '\n' {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}
