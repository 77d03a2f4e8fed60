// Package audit is the log of every act and every look: an append-only Merkle log (RFC 6962 hashes), its entries, its
// signed checkpoints, its proofs, and the verification a stranger can run.
//
// It never stores anything: the caller keeps entries and hashes inside his own transaction, and the functions here say
// which hashes to add. It never holds content: an Entry has no field that takes free text, a name or a word of a report,
// only ids, closed words and a salted commitment to details that stay elsewhere.
//
// The log shows tampering; it does not prevent it. What was written after the last checkpoint that somebody outside holds
// can still be cut off or rewritten unseen, and Result says how much that is.
package audit

import (
	"errors"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 hash of a leaf or of a node of the tree (RFC 6962 section 2.1); its text form is base64.
type Hash = tlog.Hash

// MaxSize is the largest number of entries a log may have: far beyond any unit's life, and small enough that no index
// arithmetic overflows on a hostile number.
const MaxSize = 1 << 40

var (
	// ErrMalformed means bytes are no entry, checkpoint, row or proof in their one canonical form.
	ErrMalformed = errors.New("audit: malformed")
	// ErrProof means a proof does not show what it claims: the log it came from differs from the one that was signed.
	ErrProof = errors.New("audit: the proof does not hold")
	// ErrSignature means a checkpoint lacks a valid signature of the log or of a witness that was asked for.
	ErrSignature = errors.New("audit: the checkpoint is not signed by the expected key")
)
