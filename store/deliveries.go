package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"tocsin/model"
)

// Where the recipients of released notices stand lies in blocks of
// model.DeliveryBlockSize, each with the sequence of the event that last changed
// it, so that an event about 500 of a million recipients writes a few kilobytes.

// deliverySlot is the place of a block.
func deliverySlot(ref model.NoticeRef, block int) slot {
	at := append([]byte{byte(deliveryKind), byte(len(ref.Incident))}, ref.Incident...)
	at = append(append(at, byte(len(ref.Notice))), ref.Notice...)
	return slot(binary.BigEndian.AppendUint32(at, uint32(block)))
}

// deliveriesOf is the beginning of the slots of a notice's blocks.
func deliveriesOf(ref model.NoticeRef) slot {
	at := deliverySlot(ref, 0)
	return at[:len(at)-4]
}

// delivery is the inverse of deliverySlot; ok is false for a slot that is none.
func (s slot) delivery() (ref model.NoticeRef, block int, ok bool) {
	rest := s[1:]
	incident, rest, ok := rest.counted()
	if !ok {
		return ref, 0, false
	}
	notice, rest, ok := rest.counted()
	if !ok || len(rest) != 4 {
		return ref, 0, false
	}
	return model.NoticeRef{Incident: model.ID(incident), Notice: notice}, int(binary.BigEndian.Uint32([]byte(rest))), true
}

// counted takes a name off a slot that has its length before it.
func (s slot) counted() (name string, rest slot, ok bool) {
	if len(s) == 0 || len(s) < 1+int(s[0]) {
		return "", "", false
	}
	end := 1 + int(s[0])
	return string(s[1:end]), s[end:], true
}

// encodeBlock makes the stored form of a block.
func encodeBlock(b *model.DeliveryBlock) []byte {
	return append(binary.AppendUvarint(make([]byte, 0, len(b.Outcomes)+16), b.Seq), b.Outcomes...)
}

// decodeBlock reads what encodeBlock made.
func decodeBlock(at slot, kept []byte) (model.TouchedBlock, error) {
	value, err := unsummed(at, kept)
	if err != nil {
		return model.TouchedBlock{}, err
	}
	ref, block, ok := at.delivery()
	seq, n := binary.Uvarint(value)
	if !ok || n <= 0 {
		return model.TouchedBlock{}, alteredAt(at)
	}
	return model.TouchedBlock{Notice: ref, Block: block, Now: &model.DeliveryBlock{Seq: seq, Outcomes: slices.Clone(value[n:])}}, nil
}

// putBlock adds a block to a batch, or takes it out where it is gone.
func putBlock(b *batch, t *model.TouchedBlock) (size int) {
	at := deliverySlot(t.Notice, t.Block)
	if t.Now == nil {
		b.put(at, nil)
		return 0
	}
	data := encodeBlock(t.Now)
	b.put(at, summed(at, data))
	return len(data) + len(at)
}

// blocks takes in which blocks an event changed.
func (t *tally) blocks(touched []model.TouchedBlock) {
	for k := range touched {
		b := &touched[k]
		at := []byte(deliverySlot(b.Notice, b.Block))
		if b.Before > 0 {
			t.remove(at, b.Before)
		}
		if b.Now != nil {
			t.add(at, b.Now.Seq)
		}
	}
}

// readDeliveries reads all blocks, and counts them.
func readDeliveries(ctx context.Context, p projections) (blocks []model.TouchedBlock, found tally, err error) {
	err = p.scan(ctx, deliveryKind.all(), func(at slot, kept []byte) error {
		one, err := decodeBlock(at, kept)
		blocks = append(blocks, one)
		if err == nil {
			found.add([]byte(at), one.Now.Seq)
		}
		return err
	})
	return blocks, found, err
}

// allBlocks are the blocks that a state has.
func allBlocks(s *model.State) iter.Seq[model.TouchedBlock] {
	return func(yield func(model.TouchedBlock) bool) {
		for ref, d := range s.Deliveries {
			for k, block := range d.Blocks {
				if block != nil && !yield(model.TouchedBlock{Notice: ref, Block: k, Now: block}) {
					return
				}
			}
		}
	}
}

// tallyDeliveries counts the blocks that a state has.
func tallyDeliveries(s *model.State) (t tally) {
	for b := range allBlocks(s) {
		t.add([]byte(deliverySlot(b.Notice, b.Block)), b.Now.Seq)
	}
	return t
}

// rewriteDeliveries stores all blocks of a state in transactions of bounded
// size. Those that an earlier rebuild left of notices that are gone go.
func rewriteDeliveries(ctx context.Context, l ledger, s *model.State) error {
	entries := make(map[slot][]byte)
	err := l.scan(ctx, deliveryKind.all(), func(at slot, _ []byte) error {
		entries[at] = nil
		return nil
	})
	if err != nil {
		return err
	}
	for b := range allBlocks(s) {
		at := deliverySlot(b.Notice, b.Block)
		entries[at] = summed(at, encodeBlock(b.Now))
	}
	return putAll(ctx, l, entries)
}

// Deliveries is where the recipients of a released notice stand, as of the last
// command answered, or later. It matches model.ErrNotFound for a notice that was
// not released.
func (s *Space) Deliveries(ctx context.Context, ref model.NoticeRef) (*model.Deliveries, error) {
	n := new(model.Notice)
	if standing, ok := s.Snapshot().Incident(ref.Incident); ok {
		*n, _ = standing.Incident.Notice(ref.Notice)
	}
	if n.Recipients == 0 {
		return nil, fmt.Errorf("deliveries of notice %s: %w", ref, model.ErrNotFound)
	}
	d := model.NewDeliveries(n.Recipients)
	err := s.log.scan(ctx, deliveriesOf(ref), func(at slot, kept []byte) error {
		one, err := decodeBlock(at, kept)
		if err == nil && one.Block < len(d.Blocks) {
			d.Blocks[one.Block] = one.Now
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("deliveries of notice %s: %w", ref, err)
	}
	return d, nil
}

// DeliveryEvents calls visit with the events after one, by its sequence, that say
// what became of the recipients of a notice, the oldest first, until it returns
// an error, which is returned. After 0 are all of them. It matches model.ErrNotFound for an incident that is not visible.
func (s *Space) DeliveryEvents(ctx context.Context, ref model.NoticeRef, after uint64, visit func(model.Event) error) error {
	if _, ok := s.Snapshot().Incident(ref.Incident); !ok {
		return fmt.Errorf("deliveries of notice %s: %w", ref, model.ErrNotFound)
	}
	err := s.log.scan(ctx, historyOf(ref.Incident), func(at slot, _ []byte) error {
		if at.seq() <= after {
			return nil
		}
		e, err := s.aboutDelivery(ctx, at.seq())
		if err != nil || e.Body == nil || model.DeliveryOf(e.Body) != ref.Notice {
			return err
		}
		return visit(e)
	})
	if err != nil {
		return fmt.Errorf("deliveries of notice %s: %w", ref, err)
	}
	return nil
}

// aboutDelivery is an event, and none where it is not about deliveries.
func (s *Space) aboutDelivery(ctx context.Context, seq uint64) (model.Event, error) {
	data, ok, err := s.log.get(ctx, eventSlot(seq))
	if kind := kindOf(data); err == nil && ok && !strings.HasPrefix(kind, "delivery.") && kind != new(model.NoticeReleased).Kind() && kind != new(model.NoticeCancelled).Kind() {
		return model.Event{}, nil
	}
	return s.event(ctx, seq)
}

// settle records of deliveries that were under way when the process last ended
// that nobody knows whether they left. They are never sent again by themselves.
func (s *Space) settle(ctx context.Context, left []model.RecordDelivery) error {
	for _, command := range left {
		_, err := s.Do(ctx, itself, command)
		if errors.Is(err, ErrNoRoom) {
			return nil // at the next start
		}
		if err != nil {
			return fmt.Errorf("record what became of notice %s of %s: %w", command.Notice, command.Incident, err)
		}
	}
	return nil
}

// underWay are the commands that say of every attempt without a result that it
// is uncertain.
func underWay(s *model.State) []model.RecordDelivery {
	var commands []model.RecordDelivery
	for ref, d := range s.Deliveries {
		for ordinals := range slices.Chunk(d.Find(0, d.Recipients, model.ToldAttempted), model.MaxOrdinals) {
			command := model.RecordDelivery{Incident: ref.Incident, Notice: ref.Notice}
			for _, o := range ordinals {
				command.Results = append(command.Results, model.DeliveryResult{Ordinal: o, Outcome: model.ToldUncertain, Words: "tocsin ended before the server had answered"})
			}
			commands = append(commands, command)
		}
	}
	return commands
}
