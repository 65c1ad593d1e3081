// Package factor keeps people's second factors: for each person a secret that
// their authenticator shares, and codes to recover with, in a small file
// outside of the database.
//
//	DATA/factors/SPACE/TOKEN   the factor of the person whom a token stands for
//
// Codes are those of RFC 6238 (TOTP): six digits by HMAC with SHA-1, of steps of
// 30 s, and the step before and after the present one count, too. A code counts
// once: the step of the last one is on the disk before anybody is told that it
// was right, and no earlier one counts from then on. The same holds of the ten
// recovery codes, 80 random bits each, of which hashes are kept.
//
// Wrong codes make the next one wait, up to 15 min; that is on the disk, too,
// and only a right code ends it. Whoever guesses has 96 tries a day then, each
// right once in 333,333, and hits once in nine years.
//
// A file is sealed under its person's key in the vault: once that is forgotten
// nothing of it can be read. Backups leave the files out, so that nobody gets
// the secrets from one, and no used code comes back with an old one. Whoever
// puts an older file into the directory by hand brings back what was used since.
package factor
