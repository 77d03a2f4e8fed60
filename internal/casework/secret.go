package casework

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"cutout/internal/vault"
)

// secret is what the store keeps of an officer's ways to sign in. His private key is sealed under his passphrase, and
// under the secret of each passkey that gives one. Opening it is the check of the passphrase: no second hash is kept.
type secret struct {
	Public   []byte    `json:"public"`
	Signing  []byte    `json:"signing,omitempty"` // what his signatures are checked with; accounts of before have none until they sign in
	Private  []byte    `json:"private"`
	Passkeys []passkey `json:"passkeys,omitempty"`
	Codes    *coder    `json:"codes,omitempty"`
}

// coder is an authenticator that shows codes by the clock (RFC 6238: SHA-1, six digits, thirty seconds, what every
// authenticator can), and the recovery codes that stand in for it.
type coder struct {
	Seed     string    `json:"seed"` // base32
	Last     int64     `json:"last"` // the step of the last code taken: a code is good once
	Wrong    int       `json:"wrong,omitempty"`
	Until    time.Time `json:"until,omitzero"`     // no code is taken before, after too many wrong ones
	Recovery [][]byte  `json:"recovery,omitempty"` // hashes of those not used yet
}

// The shape of codes.
const (
	codeStep  = 30 // seconds
	codeSkew  = 1  // steps to either side
	codeWrong = 5  // wrong codes in a row until none is taken for codeRest
	codeRest  = 15 * time.Minute
)

func readSecret(b []byte) (secret, error) {
	var s secret
	err := json.Unmarshal(b, &s)
	return s, err
}

// codeAt is the code of a step.
func codeAt(seed string, step int64) (string, error) {
	return hotp.GenerateCodeCustom(seed, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
}

// take checks a code and uses it up, or counts it as wrong. It changes c either way.
func (c *coder) take(code string, now time.Time) bool {
	if now.Before(c.Until) {
		return false
	}
	ok := c.clockCode(code, now) || c.recoveryCode(code)
	if ok {
		c.Wrong = 0
		return true
	}
	if c.Wrong++; c.Wrong >= codeWrong {
		c.Wrong, c.Until = 0, now.Add(codeRest)
	}
	return false
}

func (c *coder) clockCode(code string, now time.Time) bool {
	code = strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '-':
			return -1
		case r >= '٠' && r <= '٩': // as an Arabic keyboard writes them
			return '0' + r - '٠'
		}
		return r
	}, code)
	at, hit := now.Unix()/codeStep, int64(0)
	for step := at - codeSkew; step <= at+codeSkew; step++ {
		want, err := codeAt(c.Seed, step)
		if err == nil && hmac.Equal([]byte(want), []byte(code)) && step > c.Last {
			hit = step
		}
	}
	if hit == 0 {
		return false
	}
	c.Last = hit
	return true
}

// recoveryHash is what is kept of a recovery code. It has eighty bits of chance: it needs no stretching.
func recoveryHash(code string) []byte {
	clean := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(code))
	h := sha256.Sum256([]byte("recovery code\x00" + clean))
	return h[:]
}

func (c *coder) recoveryCode(code string) bool {
	h, hit := recoveryHash(code), -1
	for i, want := range c.Recovery {
		if hmac.Equal(want, h) {
			hit = i
		}
	}
	if hit < 0 {
		return false
	}
	c.Recovery = append(c.Recovery[:hit:hit], c.Recovery[hit+1:]...)
	return true
}

func newSecret(passphrase []byte, cost vault.Cost) ([]byte, error) {
	k, err := vault.NewPrivateKey()
	if err != nil {
		return nil, err
	}
	defer k.Clear()
	hashing <- struct{}{}
	sealed, err := vault.SealPrivate(k, passphrase, cost)
	<-hashing
	if err != nil {
		return nil, err
	}
	v, err := k.VerifyKey()
	if err != nil {
		return nil, err
	}
	return json.Marshal(secret{Public: k.Public().Bytes(), Signing: v[:], Private: sealed})
}

// cheaper reports whether a passphrase hash takes less work than is asked now.
func cheaper(was, now vault.Cost) bool {
	return uint64(was.MemoryKiB)*uint64(was.Passes) < uint64(now.MemoryKiB)*uint64(now.Passes)
}
