package vault

import (
	"crypto/rand"
	"encoding/binary"
)

// Decoy is what no passphrase opens, and takes as long not to open as a key that SealPrivate sealed at the cost. Making
// it stretches nothing: the first sign-in with a name that does not exist takes no longer than the next.
func Decoy(cost Cost) ([]byte, error) {
	if err := cost.check(); err != nil {
		return nil, err
	}
	out := make([]byte, lockedTotal)
	rand.Read(out)
	out[0] = 1
	binary.BigEndian.PutUint16(out[1:], suiteHybrid)
	binary.BigEndian.PutUint32(out[3:], cost.MemoryKiB)
	binary.BigEndian.PutUint32(out[7:], cost.Passes)
	out[11] = cost.Lanes
	return out, nil
}
