// Package outbox hands messages over to those who carry them: a mail server, a
// webhook, or a folder where nothing is to leave. It decides nothing. It is
// given a source of messages and a journal, and keeps to this order:
//
//	journal: these are attempted   durable before the first byte of a message
//	server:  the message           one recipient, one transaction
//	journal: what came of it
//
// So a message whose attempt has no result may or may not have gone, and
// whoever reads the journal after a stop knows which those are. Nothing sends
// such a message again by itself.
//
// What a server says of a message is told apart (RFC 5321, 4.2.1): accepted,
// temporary (tried again, later each time), permanent (never tried again), and
// uncertain where the connection broke after the message began and before the
// server's answer. What is wrong with the channel, such as a server that is not
// there or offers no TLS, is not held against a recipient: the channel waits.
package outbox
