package store

import (
	"context"
	"iter"
)

// follow reads a log from a sequence number and then goes on as it grows.
// state is the log's end and a channel that closes when it moves.
func follow(ctx context.Context, log eventLog, from uint64, state func() (end uint64, grown <-chan struct{})) iter.Seq2[record, error] {
	return func(yield func(record, error) bool) {
		next := max(from, 1)
		for {
			end, grown := state()
			if next > end {
				select {
				case <-grown:
				case <-ctx.Done():
					yield(record{}, context.Cause(ctx))
					return
				}
				continue
			}
			for r, err := range log.read(ctx, next) {
				if !yield(r, err) || err != nil {
					return
				}
				next = r.seq + 1
			}
		}
	}
}
