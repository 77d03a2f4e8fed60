package audit

import (
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// statementLine begins every signed statement: no statement reads as a checkpoint, and no checkpoint as a statement.
const statementLine = "cutout statement v1\n"

// SignStatement signs a short text that is no checkpoint (a certificate's hash) with the log's private key, as a signed
// note. The text is lines, each ended.
func SignStatement(text, private string) ([]byte, error) {
	if !strings.HasSuffix(text, "\n") || len(text) > maxCheckpoint {
		return nil, fmt.Errorf("%w: a statement is at most %d bytes of whole lines", ErrMalformed, maxCheckpoint)
	}
	s, err := note.NewSigner(private)
	if err != nil {
		return nil, errors.New("audit: the log key cannot be read")
	}
	return note.Sign(&note.Note{Text: statementLine + text}, s)
}

// OpenStatement verifies what SignStatement signed and gives its text.
func OpenStatement(signed []byte, log string) (string, error) {
	if len(signed) > maxSigned {
		return "", ErrMalformed
	}
	v, err := note.NewVerifier(log)
	if err != nil {
		return "", fmt.Errorf("%w: a public key cannot be read", ErrMalformed)
	}
	n, err := openNote(signed, v)
	if err != nil {
		return "", err
	}
	text, ok := strings.CutPrefix(n.Text, statementLine)
	if !ok {
		return "", ErrSignature
	}
	return text, nil
}
