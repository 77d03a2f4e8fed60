package textindex

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// writing is what a word is written in, as far as stemming needs to know.
type writing uint8

const (
	latin  writing = 1 << iota // Latin letters
	arabic                     // Arabic letters
	digit                      // digits
	other                      // anything else
)

// scanner walks the normalized words of a text without copying it. Text that is NFKC already (nearly all) is read in
// place; the few stretches that are not are normalized one at a time.
type scanner struct {
	text string
	pos  int // next byte to read
	calm int // text[pos:calm] is NFKC

	piece            string // normalized stretch being read, may be empty
	pieceAt, pieceTo int    // the bytes of text it stands for

	word       []byte  // the normalized word last found, valid until the next call
	start, end int     // the bytes of text it stands for, trailing marks included
	in         writing // of the word as cut, so that equal words have equal stems
	room       [maxWordBytes]byte
}

// next finds the next word; false at the end of the text.
func (s *scanner) next() bool {
	s.word, s.in = s.room[:0], 0
	found := false
	for {
		if s.piece == "" {
			if s.pos == s.calm {
				if s.pos == len(s.text) {
					return found
				}
				s.advance()
				continue
			}
			if c := s.text[s.pos]; c < utf8.RuneSelf {
				f := asciiFold[c]
				s.pos++
				if f == 0 {
					if found {
						return true
					}
					continue
				}
				if !found {
					found, s.start = true, s.pos-1
				}
				s.end = s.pos
				if len(s.word) < maxWordBytes {
					s.word = append(s.word, f)
					if f <= '9' {
						s.in |= digit
					} else {
						s.in |= latin
					}
				}
				continue
			}
		}
		posWas, pieceWas := s.pos, s.piece
		r, from, to := s.rune()
		f := fold(r)
		if f == breaks {
			if found {
				return true
			}
			continue
		}
		if f == drops {
			if found && staysWithLetter(r) {
				s.end = to
			}
			continue
		}
		alone := standsAlone(f)
		if alone && found {
			s.pos, s.piece = posWas, pieceWas // it is the next word
			return true
		}
		if !found {
			found, s.start = true, from
		}
		s.end = to
		if len(s.word)+utf8.RuneLen(f) <= maxWordBytes {
			s.word = utf8.AppendRune(s.word, f)
			s.in |= writingOf(f)
		}
		if alone {
			s.takeMarks()
			return true
		}
	}
}

// advance finds the next stretch that is NFKC, or normalizes one that is not.
func (s *scanner) advance() {
	rest := s.text[s.pos:]
	if n := norm.NFKC.QuickSpanString(rest); n > 0 {
		s.calm = s.pos + n
		return
	}
	n := norm.NFKC.NextBoundaryInString(rest, true)
	if n <= 0 {
		n = len(rest)
	}
	s.piece, s.pieceAt, s.pieceTo = norm.NFKC.String(rest[:n]), s.pos, s.pos+n
	s.pos += n
	s.calm = s.pos
}

// rune reads one rune and the bytes of text it comes from.
func (s *scanner) rune() (r rune, from, to int) {
	if s.piece != "" {
		r, size := utf8.DecodeRuneInString(s.piece)
		s.piece = s.piece[size:]
		return r, s.pieceAt, s.pieceTo
	}
	from = s.pos
	r, size := utf8.DecodeRuneInString(s.text[s.pos:s.calm])
	s.pos += size
	return r, from, s.pos
}

// takeMarks reads past marks that belong to a letter standing alone.
func (s *scanner) takeMarks() {
	for s.piece == "" && s.pos < s.calm {
		r, size := utf8.DecodeRuneInString(s.text[s.pos:s.calm])
		if r < 0x300 || fold(r) != drops || !staysWithLetter(r) {
			return
		}
		s.pos += size
		s.end = s.pos
	}
}

// staysWithLetter tells dropped runes that are drawn with the letter before them from those that only steer direction.
func staysWithLetter(r rune) bool {
	switch {
	case r == 0x200c, r == 0x200d: // ZWNJ, ZWJ
		return true
	case r >= 0x200b && r <= 0x206f, r == 0x061c, r == 0xfeff, r == 0xad:
		return false
	}
	return true
}

func writingOf(r rune) writing {
	switch {
	case r < 0x80:
		if r <= '9' {
			return digit
		}
		return latin
	case r >= 0x620 && r <= 0x6ff:
		return arabic
	case r < 0x250, r >= 0x1e00 && r <= 0x1eff:
		return latin
	}
	return other
}

// Normalize gives the words of a text in searchable form, one space between them: NFKC; invisible characters, tatweel and
// combining marks dropped; variants of one Arabic letter folded (أ to ا, ى to ي, ة to ه and so on); Arabic and Persian digits
// as 0-9; lower case; words are runs of letters and digits. Words are cut at 64 bytes. Bytes that are not UTF-8 end a word.
// Letters of scripts written without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) are words by themselves.
func Normalize(text string) string {
	out := make([]byte, 0, len(text)+1)
	s := scanner{text: text}
	for s.next() {
		if len(out) > 0 {
			out = append(out, ' ')
		}
		out = append(out, s.word...)
	}
	return string(out)
}
