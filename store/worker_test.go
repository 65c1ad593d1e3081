package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"tocsin/model"
)

// fullDir, in the environment, makes the test binary open that directory and do
// what standard input says.
const fullDir = "TOCSIN_TEST_FULL_DIR"

// workAsTold gives ten commands, reads all there is, or closes, a word each, and
// says what came of it.
func workAsTold(dir string) error {
	ctx := context.Background()
	s, err := Open(ctx, dir, Options{})
	if err != nil {
		return err
	}
	space, err := s.Space(ctx, "acme")
	if err != nil {
		return err
	}
	if err := setUpOnce(ctx, space); err != nil {
		return err
	}
	for told := bufio.NewScanner(os.Stdin); told.Scan(); {
		switch told.Text() {
		case "write":
			fmt.Println(writeTen(ctx, space))
		case "read":
			fmt.Println(readWhole(ctx, space))
		case "close":
			err := s.Close(ctx)
			fmt.Println(err)
			return err
		}
	}
	return errors.New("nobody closed")
}

// writeTen is the number of the last event that was acknowledged, or "full".
func writeTen(ctx context.Context, space *Space) any {
	seq := space.Snapshot().Seq
	for range 10 {
		r, err := space.Do(ctx, owner, model.Report{Title: "One more", Description: strings.Repeat("words ", 100)})
		if errors.Is(err, ErrNoRoom) && errors.Is(err, model.ErrRefused) && space.Writable() != nil {
			return "full"
		}
		if err != nil {
			return err
		}
		seq = r.Events[len(r.Events)-1].Seq
	}
	return seq
}

// readWhole is how many events verify.
func readWhole(ctx context.Context, space *Space) any {
	report, err := space.Verify(ctx, nil)
	if err != nil || report.Fault != nil {
		return fmt.Errorf("%v, %w", report.Fault, err)
	}
	if s := space.Snapshot(); s.Seq != report.Size || s.Len() == 0 {
		return fmt.Errorf("of %d events %d are shown, in %d incidents", report.Size, s.Seq, s.Len())
	}
	return report.Size
}
