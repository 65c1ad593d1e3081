package model

// acceptRecord notes what was accepted; doing so was the store's.
func (d *decider) acceptRecord(c AcceptRecord) error {
	in := &inputs{}
	fault := in.needText("fault", c.Fault, "what was wrong with the record")
	before := in.text("before", c.Before)
	reason := in.needText("reason", c.Reason, "why the record is taken as it is")
	if err := in.refusal(); err != nil {
		return err
	}
	d.emit(&RecordAccepted{Fault: fault, Events: c.Events, Before: before, Reason: reason})
	return nil
}
