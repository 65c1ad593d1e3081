// Package backup is a backup as a file: of one space's log and of what belongs
// to it.
//
// A file is a line of JSON, the manifest, which anybody can read, and behind
// it an age file (age-encryption.org/v1), which opens with a key of one of the
// recipients or with a passphrase. Within that lies a tar archive:
//
//	manifest.json     the line before it, byte for byte
//	vault/…           the vault's files, sealed as they are; vault/master.key
//	                  where the key that unlocks them lies among them
//	files/…           settings, packs and calendars of the team's own
//	log/N             events from number N on, as they are stored: CBOR byte
//	                  strings, one after the other (RFC 8742)
//	removed/N         what has the place of event N of an earlier file of the
//	                  chain, since its text was removed
//	checkpoints/N     signed checkpoints that were kept of N events
//	witnessed/N       those that witnesses cosigned
//	evidence/NAME     stored evidence, sealed as it is
//	checkpoint        the signed checkpoint of the whole
//	end.json          how much of all that there is
//
// So a file is read without this program by
//
//	tail -n +2 FILE | age --decrypt -i KEY | tar x
//
// A whole backup has every event. An incremental one has those after another,
// its previous one; the two, or a longer chain, are restored together.
//
// Nothing of a file is believed before it was verified: age authenticates each
// chunk and the end, the manifest is repeated within, and whoever restores
// holds the events against the checkpoint and its signature.
package backup
