package model

type (
	// PersonAdded: somebody may enter from now on, in a role. Their keys follow.
	PersonAdded struct {
		Person string `json:"person" personal:"name"`
		Role   Role   `json:"role"`
	}

	// RoleSet: a person has another role.
	RoleSet struct {
		Person string `json:"person" personal:"name"`
		Before Role   `json:"before"`
		After  Role   `json:"after"`
	}

	// KeyAdded: a person may enter by a key.
	KeyAdded struct {
		Person      string `json:"person" personal:"name"`
		Fingerprint string `json:"fingerprint" personal:"own,Person"`
		Type        string `json:"type"`
		Hardware    bool   `json:"hardware,omitempty"`
	}

	// KeyRemoved: a person may no longer enter by a key.
	KeyRemoved struct {
		Person      string `json:"person" personal:"name"`
		Fingerprint string `json:"fingerprint" personal:"own,Person"`
	}

	// PersonRevoked: somebody may enter no more, and their sessions are over.
	PersonRevoked struct {
		Person string `json:"person" personal:"name"`
		Reason string `json:"reason"`
	}

	// AccessRuled: a role asks for something else at the door.
	AccessRuled struct {
		Role   Role       `json:"role"`
		Before AccessRule `json:"before"`
		After  AccessRule `json:"after"`
	}

	// AuthorityTrusted: certificates that a key has signed are taken.
	AuthorityTrusted struct {
		Fingerprint string `json:"fingerprint"`
		Type        string `json:"type"`
	}

	// AuthorityDistrusted: certificates that a key has signed are taken no more.
	AuthorityDistrusted struct {
		Fingerprint string `json:"fingerprint"`
	}

	// FactorEnrolled: a person has a second factor.
	FactorEnrolled struct {
		Person string `json:"person" personal:"name"`
	}

	// FactorRemoved: a person's second factor counts no more.
	FactorRemoved struct {
		Person string `json:"person" personal:"name"`
		Reason string `json:"reason,omitempty"`
	}

	// SessionsRevoked: the sessions of a person, or everybody's where Person is
	// "", are over.
	SessionsRevoked struct {
		Person string `json:"person,omitempty" personal:"name"`
		Reason string `json:"reason"`
	}

	// LoggedIn: the actor came in.
	LoggedIn struct {
		Session     string `json:"session"`
		Method      string `json:"method"`
		Fingerprint string `json:"fingerprint,omitempty" personal:"own,Actor"`
		From        string `json:"from,omitempty" personal:"own,Actor"`
	}

	// LoggedOut: the actor's session is over.
	LoggedOut struct {
		Session string `json:"session"`
		Why     string `json:"why,omitempty"`
	}

	// LogInRefused: somebody did not come in. Where Person is "", From is a
	// network and no address.
	LogInRefused struct {
		Person      string `json:"person,omitempty" personal:"name"`
		Fingerprint string `json:"fingerprint,omitempty" personal:"own,Person"`
		From        string `json:"from,omitempty" personal:"own,Person"`
		Why         string `json:"why"`
		Times       int    `json:"times"`
	}
)

func (*PersonAdded) Kind() string         { return "person.added" }
func (*RoleSet) Kind() string             { return "person.role-set" }
func (*KeyAdded) Kind() string            { return "person.key-added" }
func (*KeyRemoved) Kind() string          { return "person.key-removed" }
func (*PersonRevoked) Kind() string       { return "person.revoked" }
func (*AccessRuled) Kind() string         { return "access.ruled" }
func (*AuthorityTrusted) Kind() string    { return "authority.trusted" }
func (*AuthorityDistrusted) Kind() string { return "authority.distrusted" }
func (*FactorEnrolled) Kind() string      { return "factor.enrolled" }
func (*FactorRemoved) Kind() string       { return "factor.removed" }
func (*SessionsRevoked) Kind() string     { return "sessions.revoked" }
func (*LoggedIn) Kind() string            { return "session.opened" }
func (*LoggedOut) Kind() string           { return "session.closed" }
func (*LogInRefused) Kind() string        { return "session.refused" }

func (*PersonAdded) Incident() ID         { return "" }
func (*RoleSet) Incident() ID             { return "" }
func (*KeyAdded) Incident() ID            { return "" }
func (*KeyRemoved) Incident() ID          { return "" }
func (*PersonRevoked) Incident() ID       { return "" }
func (*AccessRuled) Incident() ID         { return "" }
func (*AuthorityTrusted) Incident() ID    { return "" }
func (*AuthorityDistrusted) Incident() ID { return "" }
func (*FactorEnrolled) Incident() ID      { return "" }
func (*FactorRemoved) Incident() ID       { return "" }
func (*SessionsRevoked) Incident() ID     { return "" }
func (*LoggedIn) Incident() ID            { return "" }
func (*LoggedOut) Incident() ID           { return "" }
func (*LogInRefused) Incident() ID        { return "" }
