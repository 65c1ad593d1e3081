package policy

// Property is one thing a rule says, in words.
type Property struct{ Name, Text string }

// Properties says all that the rule says, in a fixed order; what it does not
// say is left out.
func (r *Rule) Properties() []Property {
	_, fields := ruleWords(r)
	var said []Property
	for _, f := range fields {
		if f.words != "" {
			said = append(said, Property{f.name, f.words})
		}
	}
	return said
}
