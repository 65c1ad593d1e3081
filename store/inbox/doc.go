// Package inbox reads what comes back to a team by mail: reports of mail servers
// that a message was not delivered (RFC 3464). What it reads comes from anybody,
// so everything is bounded, and nothing is believed but what a report says of a
// message by an identity that only this record can have made.
package inbox
