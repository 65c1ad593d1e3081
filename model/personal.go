package model

// What stands in the place of somebody who was forgotten.
const (
	// ForgottenPerson begins what a forgotten person is called; letters follow,
	// the same ones wherever that person was named.
	ForgottenPerson = "forgotten-"
	// ForgottenText is what was known of a forgotten reporter, or belonged to a
	// forgotten person.
	ForgottenText = "[forgotten]"
)
