package textindex

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"cutout/internal/fault"
)

// CheckIdentifier says why a text may not be an identifier or a file name: not UTF-8 (text.encoding), over
// MaxIdentifierBytes (text.long), characters that reorder what is read (text.bidi: U+061C, U+200E/F, U+202A-E, U+2066-9),
// line breaks (text.newline), other control characters (text.control), or characters that cannot be seen (text.invisible:
// all other Cf, and letters and marks without a glyph). Two identifiers that look alike must be alike. Empty is no fault
// here: whether a field is required is its noun's rule.
func CheckIdentifier(field, s string) fault.Faults {
	var faults fault.Faults
	if len(s) > MaxIdentifierBytes {
		faults.Add(field, "text.long", "Limit", strconv.Itoa(MaxIdentifierBytes), "Given", strconv.Itoa(len(s)))
	}
	if !utf8.ValidString(s) {
		faults.Add(field, "text.encoding")
		return faults
	}
	var said [4]bool // each kind of fault is said once
	add := func(kind int, code string, r rune) {
		if !said[kind] {
			said[kind] = true
			faults.Add(field, code, "Character", codePoint(r))
		}
	}
	for _, r := range s {
		switch {
		case isBidiControl(r):
			add(0, "text.bidi", r)
		case r == '\n', r == '\r', r == 0x0b, r == 0x0c, r == 0x85, r == 0x2028, r == 0x2029:
			add(1, "text.newline", r)
		case unicode.Is(unicode.Cc, r):
			add(2, "text.control", r)
		case unicode.Is(unicode.Cf, r), isBlank(r):
			add(3, "text.invisible", r)
		}
	}
	return faults
}

// CheckText says why a text may not be kept as prose: not UTF-8 (text.encoding), more than limit bytes or MaxTextBytes
// (text.long), or control characters other than tab and line ends (text.control). Everything else stays as given, bidi
// overrides and invisible characters included: prose is evidence, and display isolates it.
func CheckText(field, s string, limit int) fault.Faults {
	var faults fault.Faults
	if limit = min(limit, MaxTextBytes); len(s) > limit {
		faults.Add(field, "text.long", "Limit", strconv.Itoa(limit), "Given", strconv.Itoa(len(s)))
		return faults // do not walk what may be very long
	}
	if !utf8.ValidString(s) {
		faults.Add(field, "text.encoding")
		return faults
	}
	bad := strings.IndexFunc(s, func(r rune) bool {
		return r != '\n' && r != '\r' && r != '\t' && unicode.Is(unicode.Cc, r)
	})
	if bad >= 0 {
		r, _ := utf8.DecodeRuneInString(s[bad:])
		faults.Add(field, "text.control", "Character", codePoint(r))
	}
	return faults
}

func isBidiControl(r rune) bool {
	return r == 0x061c || r == 0x200e || r == 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// isBlank names characters outside Cf that show nothing: fillers, the blank Braille cell, joiners and variation selectors.
func isBlank(r rune) bool {
	switch {
	case r == 0x034f, r == 0x115f, r == 0x1160, r == 0x17b4, r == 0x17b5, r == 0x2800, r == 0x3164, r == 0xffa0:
		return true
	case r >= 0x180b && r <= 0x180f, r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef:
		return true
	}
	return false
}

func codePoint(r rune) string {
	hex := strings.ToUpper(strconv.FormatInt(int64(r), 16))
	if len(hex) < 4 {
		hex = strings.Repeat("0", 4-len(hex)) + hex
	}
	return "U+" + hex
}
