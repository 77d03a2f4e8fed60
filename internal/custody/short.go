package custody

import (
	"encoding/hex"
	"strings"
)

// Short is the part of a hash that two people compare by telephone: eighty bits in five groups, which nobody can meet by
// trying on the day.
func Short(hash [32]byte) string {
	s := hex.EncodeToString(hash[:10])
	var groups []string
	for i := 0; i < len(s); i += 4 {
		groups = append(groups, s[i:i+4])
	}
	return strings.Join(groups, " ")
}
