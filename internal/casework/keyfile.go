package casework

import (
	"context"
	"encoding/json"

	"cutout/internal/officer"
)

// KeyFile is an officer's own key as he takes it to his own machine: sealed under his passphrase, as the store keeps it.
type KeyFile struct {
	Unit    string `json:"unit"` // origin line of the unit's log
	Officer string `json:"officer"`
	Name    string `json:"name"`
	Public  []byte `json:"public"`
	Private []byte `json:"private"`
}

var actKeyFile = act{"officer.key-file", anyone}

// KeyFile gives an officer his sealed key. Whoever gets hold of the file can try passphrases on it for as long as he likes:
// the officer is asked to prove that it is he.
func (d *Desk) KeyFile(ctx context.Context, o officer.Officer) (f KeyFile, err error) {
	if err := d.fresh(o, FreshFor); err != nil {
		return f, err
	}
	err = d.look(ctx, o, actKeyFile, "officer", o.ID.String(), func(w *work) error {
		a, err := w.Account(o.ID)
		if err != nil {
			return err
		}
		var s secret
		if err := json.Unmarshal(a.Secret, &s); err != nil {
			return err
		}
		f = KeyFile{Unit: d.unit.LogName, Officer: o.ID.String(), Name: a.Name, Public: s.Public, Private: s.Private}
		return nil
	})
	return f, err
}
