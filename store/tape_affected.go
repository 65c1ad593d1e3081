package store

import "tocsin/model"

// adding is an addition under way, or none.
func (t *tape) adding(b **model.AffectedBatch) {
	some := *b != nil
	if t.bool(&some); !some {
		return
	}
	if t.reading {
		*b = new(model.AffectedBatch)
	}
	one := *b
	text(t, &one.Batch)
	text(t, &one.Source)
	shared(t, &one.What, &t.lists, word)
	t.bool(&one.Direct)
	t.time(&one.Since)
	t.bool(&one.Refresh)
	text(t, &one.From)
	text(t, &one.Group)
	t.int(&one.Passed)
	t.uint(&one.Seq)
	t.uint(&one.Last)
	list(t, &one.Groups, (*tape).group)
}

func (t *tape) takeover(one *model.Takeover) {
	text(t, &one.From)
	text(t, &one.Group)
}
