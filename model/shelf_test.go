package model

// shelf is a registry in memory, for tests.
type shelf struct {
	numbers  map[string]uint64
	versions map[uint64][]Listed
	affected map[ID]map[uint64]affectedBy
}

type affectedBy struct {
	group string
	added uint64
}

func (s *shelf) NumberOf(id string) (uint64, bool, error) {
	number, ok := s.numbers[id]
	return number, ok, nil
}

func (s *shelf) Versions(number uint64) ([]Listed, error) { return s.versions[number], nil }

func (s *shelf) Affected(incident ID, number uint64) (string, uint64, bool, error) {
	by, ok := s.affected[incident][number]
	return by.group, by.added, ok, nil
}

func (s *shelf) Next(number uint64) (uint64, error) { return number + 1, nil }

// follow takes in an event that was folded.
func (s *shelf) follow(state *State, e Event) {
	if s.numbers == nil {
		*s = shelf{make(map[string]uint64), make(map[uint64][]Listed), make(map[ID]map[uint64]affectedBy)}
	}
	switch body := e.Body.(type) {
	case *CustomersTaken:
		for k := range body.Rows {
			one := body.Rows[k].List(e.Seq)
			s.numbers[one.ID] = one.Number
			s.versions[one.Number] = state.Meta.Customers.AfterTaking(s.versions[one.Number], one)
		}
	case *CustomerForgotten:
		for k := range s.versions[body.Number] {
			s.versions[body.Number][k].Gone = true
		}
	case *AffectedTaken:
		s.followAffected(state, body)
	}
}

func (s *shelf) followAffected(state *State, body *AffectedTaken) {
	i := state.Incidents[body.ID]
	if i.Adding.Refresh {
		return
	}
	if s.affected[body.ID] == nil {
		s.affected[body.ID] = make(map[uint64]affectedBy)
	}
	for _, part := range body.Parts {
		for _, row := range part.Rows {
			s.affected[body.ID][row.Number] = affectedBy{part.Group, i.Adding.Seq}
		}
	}
}

// someCustomer is one with nothing wrong about it.
func someCustomer(id string) Customer {
	return Customer{ID: id, Name: "Example " + id, Tier: TierPaid, Jurisdiction: "DE", Language: "de", Admins: []string{"admin@example.com"}}
}
