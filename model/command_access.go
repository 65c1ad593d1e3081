package model

// AddPerson lets somebody in: a name, a role and the keys they enter by. One who
// was revoked is let in again, with these keys alone.
type AddPerson struct {
	Name string
	Role Role
	Keys []AccessKey
}

// SetRole gives a person another role.
type SetRole struct {
	Person string
	Role   Role
}

// AddKey gives a person another key to enter by.
type AddKey struct {
	Person string
	Key    AccessKey
}

// RemoveKey takes a key from a person; only its fingerprint counts. A session
// that was opened with it ends.
type RemoveKey struct {
	Person string
	Key    AccessKey
}

// RevokePerson lets somebody in no more, and ends their sessions. The last
// owner cannot be revoked.
type RevokePerson struct {
	Person string
	Reason string
}

// SetAccessRule says what a role asks for at the door.
type SetAccessRule struct {
	Role Role
	Rule AccessRule
}

// TrustAuthority takes certificates that a key has signed.
type TrustAuthority struct{ Key AccessKey }

// DistrustAuthority takes them no more; only the key's fingerprint counts.
type DistrustAuthority struct{ Key AccessKey }

// EnrolFactor notes that a person has a second factor. Everybody may do it for
// themself, an owner for all.
type EnrolFactor struct{ Person string }

// RemoveFactor notes that a person's second factor counts no more. Everybody may
// do it for themself, an owner for all.
type RemoveFactor struct {
	Person string
	Reason string // may be empty
}

// RevokeSessions ends the sessions of a person, or with "" everybody's.
type RevokeSessions struct {
	Person string
	Reason string
}

// LogIn records that the actor came in. From is an address, or "" for the
// socket in the data directory.
type LogIn struct {
	Session     string // names the session; unique
	Method      string // "key", "certificate", "socket" or "none"
	Fingerprint string // of the key, "" where there was none
	From        string
}

// LogOut records that the actor's session is over. Whoever was revoked may give
// it, too.
type LogOut struct {
	Session string
	Why     string
}

// RefuseLogIn records that somebody did not come in. A Person who is not
// registered is left out, since people type secrets there by mistake; of the
// address of whoever is not known only the network is kept.
type RefuseLogIn struct {
	Person      string
	Fingerprint string
	From        string
	Why         string
	Times       int // how often in a row; 0 is once
}

func (AddPerson) Kind() string         { return "person-add" }
func (SetRole) Kind() string           { return "person-role" }
func (AddKey) Kind() string            { return "person-key" }
func (RemoveKey) Kind() string         { return "person-key-remove" }
func (RevokePerson) Kind() string      { return "person-revoke" }
func (SetAccessRule) Kind() string     { return "access-rule" }
func (TrustAuthority) Kind() string    { return "authority" }
func (DistrustAuthority) Kind() string { return "authority-remove" }
func (EnrolFactor) Kind() string       { return "factor" }
func (RemoveFactor) Kind() string      { return "factor-remove" }
func (RevokeSessions) Kind() string    { return "sessions-revoke" }
func (LogIn) Kind() string             { return "log-in" }
func (LogOut) Kind() string            { return "log-out" }
func (RefuseLogIn) Kind() string       { return "log-in-refused" }

func (AddPerson) About() []ID         { return nil }
func (SetRole) About() []ID           { return nil }
func (AddKey) About() []ID            { return nil }
func (RemoveKey) About() []ID         { return nil }
func (RevokePerson) About() []ID      { return nil }
func (SetAccessRule) About() []ID     { return nil }
func (TrustAuthority) About() []ID    { return nil }
func (DistrustAuthority) About() []ID { return nil }
func (EnrolFactor) About() []ID       { return nil }
func (RemoveFactor) About() []ID      { return nil }
func (RevokeSessions) About() []ID    { return nil }
func (LogIn) About() []ID             { return nil }
func (LogOut) About() []ID            { return nil }
func (RefuseLogIn) About() []ID       { return nil }
