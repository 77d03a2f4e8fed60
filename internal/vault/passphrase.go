package vault

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"strconv"
	"unicode/utf8"

	"cutout/internal/fault"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost is how much work a guess at a passphrase takes (argon2id, RFC 9106). It is stored with what it protects.
type Cost struct {
	MemoryKiB uint32 // 19456 (19 MiB) to 262144 (256 MiB)
	Passes    uint32 // 2 to 10
	Lanes     uint8  // 1 to 8
}

// DefaultCost is 19 MiB, two passes, one lane: OWASP's floor, about 55 ms on a laptop (security.md section f). An
// administrator raises it where machines allow; the caller bounds how many run at once, since each takes its memory.
func DefaultCost() Cost { return Cost{19 * 1024, 2, 1} }

// The limits below keep a hostile file from taking the machine's memory, and a careless one from being guessed.
func (c Cost) check() error {
	if c.MemoryKiB < 19*1024 || c.MemoryKiB > 256*1024 || c.Passes < 2 || c.Passes > 10 || c.Lanes < 1 || c.Lanes > 8 {
		return fmt.Errorf("%w: passphrase cost %d KiB, %d passes, %d lanes is out of bounds", ErrMalformed, c.MemoryKiB, c.Passes, c.Lanes)
	}
	return nil
}

// leastPassphrase is the fewest characters SealPrivate takes. It is a floor for a key whose copy may be attacked off the
// machine for years, not advice.
const leastPassphrase = 12

// A private key under a passphrase, version 1: version, suite, cost, key id, salt; then nonce, sealed seed and tag.
const (
	saltSize    = 16
	lockedHead  = 1 + 2 + 4 + 4 + 1 + 32 + saltSize
	lockedTotal = lockedHead + 12 + seedSize + 16
)

// SealPrivate seals a private key under a passphrase and overwrites the passphrase. A passphrase of fewer than twelve
// characters is the fault "vault.passphrase.short". Compositions of one character (as Arabic keyboards differ) count as
// one: the passphrase is put into Unicode form NFC first.
func SealPrivate(k PrivateKey, passphrase []byte, cost Cost) ([]byte, error) {
	defer clear(passphrase)
	if err := cost.check(); err != nil {
		return nil, err
	}
	if utf8.RuneCount(passphrase) < leastPassphrase {
		var f fault.Faults
		f.Add("passphrase", "vault.passphrase.short", "Least", strconv.Itoa(leastPassphrase))
		return nil, f.Err()
	}
	out := make([]byte, 0, lockedTotal)
	out = append(out, 1)
	out = binary.BigEndian.AppendUint16(out, suiteHybrid)
	out = binary.BigEndian.AppendUint32(out, cost.MemoryKiB)
	out = binary.BigEndian.AppendUint32(out, cost.Passes)
	out = append(out, cost.Lanes)
	out = append(out, k.public.id[:]...)
	out = out[:lockedHead]
	rand.Read(out[lockedHead-saltSize:])
	err := k.seed.Use(func(seed []byte) error {
		a := stretch(passphrase, out[lockedHead-saltSize:lockedHead], cost)
		out = a.Seal(out, nil, seed, out[:lockedHead:lockedHead])
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// OpenPrivate opens what SealPrivate sealed and overwrites the passphrase. ErrClosed means a wrong passphrase or altered
// bytes; which of them is not said.
func OpenPrivate(sealed, passphrase []byte) (PrivateKey, error) {
	defer clear(passphrase)
	id, cost, err := SealedUnder(sealed)
	if err != nil {
		return PrivateKey{}, err
	}
	head, body := sealed[:lockedHead], sealed[lockedHead:]
	seed, err := stretch(passphrase, head[lockedHead-saltSize:], cost).Open(nil, nil, body, head)
	if err != nil {
		return PrivateKey{}, ErrClosed
	}
	defer clear(seed)
	k, err := kem.NewPrivateKey(seed)
	if err != nil {
		return PrivateKey{}, ErrMalformed
	}
	p, err := privateKey(k)
	if err == nil && p.public.id != id {
		p.Clear()
		return PrivateKey{}, ErrMalformed
	}
	return p, err
}

// SealedUnder tells the id and the cost of a key that SealPrivate sealed, which are readable without the passphrase: a sign-in
// raises an old cost by sealing anew.
func SealedUnder(b []byte) (KeyID, Cost, error) {
	if len(b) < 3 {
		return KeyID{}, Cost{}, ErrMalformed
	}
	if b[0] != 1 || binary.BigEndian.Uint16(b[1:]) != suiteHybrid {
		return KeyID{}, Cost{}, ErrUnknown
	}
	if len(b) != lockedTotal {
		return KeyID{}, Cost{}, ErrMalformed
	}
	c := Cost{binary.BigEndian.Uint32(b[3:]), binary.BigEndian.Uint32(b[7:]), b[11]}
	return KeyID(b[12:44]), c, c.check()
}

// stretch derives the sealer of a passphrase and clears what it made on the way.
func stretch(passphrase, salt []byte, c Cost) sealer {
	k := stretched(passphrase, salt, c)
	a := newSealer(k)
	clear(k)
	return a
}

// stretched derives the 32 bytes of a passphrase, which the caller clears.
func stretched(passphrase, salt []byte, c Cost) []byte {
	stretches.Add(1)
	n := norm.NFC.Bytes(passphrase)
	defer clear(n)
	return argon2.IDKey(n, salt, c.Passes, c.MemoryKiB, c.Lanes, 32)
}
