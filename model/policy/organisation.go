package policy

// OwnGround is the ground of what is known of an incident only because it
// holds of the organisation, whatever the incident.
const OwnGround = "standing answer of the organisation"

// Own lists the ids of the questions and settings that are about the
// organisation: those whose answer does not change from incident to incident.
func (p *Pack) Own() []string {
	var ids []string
	for k := range p.Questions {
		if p.Questions[k].Organisation {
			ids = append(ids, p.Questions[k].ID)
		}
	}
	for k := range p.Settings {
		if p.Settings[k].Organisation {
			ids = append(ids, p.Settings[k].ID)
		}
	}
	return ids
}

// Says reports whether anything is said to a question or setting, unknown
// included.
func (c *Case) Says(name string) bool {
	_, answered := c.Answers[name]
	_, set := c.Settings[name]
	_, counted := c.Counts[name]
	return answered || set || counted
}

// MarkOwn notes that what is known of a question or setting is a standing
// answer, so that reasons can say so.
func (c *Case) MarkOwn(name string) {
	if c.Own == nil {
		c.Own = make(map[string]bool)
	}
	c.Own[name] = true
}

// ground follows an answer in a reason: where it comes from, if it is a
// standing one.
func (c *Case) ground(names ...string) string {
	for _, name := range names {
		if c.Own[name] {
			return " (" + OwnGround + ")"
		}
	}
	return ""
}
