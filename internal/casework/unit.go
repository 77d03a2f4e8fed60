package casework

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"cutout/internal/audit"
	"cutout/internal/compartment"
	"cutout/internal/day"
	"cutout/internal/fault"
	"cutout/internal/id"
	"cutout/internal/leak"
	"cutout/internal/officer"
	"cutout/internal/profile"
	"cutout/internal/source"
	"cutout/internal/store"
	"cutout/internal/textindex"
	"cutout/internal/vault"
)

// sealer fits the vault's body key to the store: the place of a body is the associated data the store names.
type sealer struct{ k vault.BodyKey }

func (s sealer) Seal(dst, plain, associated []byte) []byte {
	return s.k.SealBody(dst, vault.Place{Table: "store", Record: string(associated), Field: "body"}, plain)
}

func (s sealer) Open(dst, sealed, associated []byte) ([]byte, error) {
	return s.k.OpenBody(dst, vault.Place{Table: "store", Record: string(associated), Field: "body"}, sealed)
}

// keyEpoch is the epoch of the store's derived keys. Rotation raises it.
const keyEpoch = 1

func storeKeys(k vault.StoreKey) (store.Keys, error) {
	var out store.Keys
	for _, p := range []struct {
		purpose vault.Purpose
		into    []byte
	}{{vault.DatabasePages, out.Page[:]}, {vault.Cursors, out.Cursor[:]}, {vault.Terms, out.Term[:]}} {
		s, err := k.Sub(p.purpose, keyEpoch)
		if err != nil {
			return out, err
		}
		if err := s.Use(func(b []byte) error { copy(p.into, b); return nil }); err != nil {
			return out, err
		}
		s.Clear()
	}
	body, err := k.BodyKey(keyEpoch)
	out.Body = sealer{body}
	return out, err
}

// unitSettings is what the store keeps, sealed, about the unit.
type unitSettings struct {
	Unit
	LogPrivate string `json:"log_private"`
}

func openDesk(ctx context.Context, cfg Config) (*Desk, error) {
	keys, err := storeKeys(cfg.Key)
	if err != nil {
		return nil, fmt.Errorf("casework: store keys: %w", err)
	}
	ring, err := openRing(cfg)
	if err != nil {
		return nil, err
	}
	s, err := store.Open(ctx, store.Config{Path: cfg.Path, DSN: cfg.DSN, FileLayer: cfg.FileLayer, Keys: keys, Clock: cfg.Clock, Random: cfg.Random})
	if err != nil {
		return nil, err
	}
	if cfg.Logs == nil {
		cfg.Logs = slog.Default()
	}
	if cfg.Cost == (vault.Cost{}) {
		cfg.Cost = vault.DefaultCost()
	}
	decoy, err := vault.Decoy(cfg.Cost)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &Desk{store: s, ring: ring, logs: cfg.Logs, decoy: decoy, seats: seats{m: map[seatID]*seat{}}, cfg: cfg}, nil
}

// settle takes over the unit's settings.
func (d *Desk) settle(s unitSettings) error {
	p, err := profile.Load(s.Pack)
	if err != nil {
		return fmt.Errorf("casework: rule pack: %w", err)
	}
	d.unit, d.pack = s.Unit, p
	d.unit.logPrivate = s.LogPrivate
	return nil
}

func (d *Desk) packVersion() string {
	if d.pack == nil {
		return ""
	}
	return d.pack.ID + "@" + d.pack.Version
}

// UnitDraft is a new unit and its first administrator.
type UnitDraft struct {
	Name          string   `json:"name" yaml:"name"`
	Pack          string   `json:"pack" yaml:"pack"`
	Languages     []string `json:"languages" yaml:"languages"`
	Administrator string   `json:"administrator" yaml:"administrator"`
}

// Begin makes a unit in a new, empty store, with its first administrator, and opens the door.
func Begin(ctx context.Context, cfg Config, u UnitDraft, passphrase []byte) (*Desk, officer.Officer, error) {
	var f fault.Faults
	name := strings.TrimSpace(u.Name)
	if name == "" {
		f.Add("name", "field.required")
	}
	f = append(f, textindex.CheckIdentifier("name", name)...)
	if u.Pack == "" {
		u.Pack = "uk-chis"
	}
	if !slices.Contains(profile.List(), u.Pack) {
		f.Add("pack", "unit.pack", "Given", u.Pack)
	}
	checkAccountName(&f, "administrator", u.Administrator)
	checkPassphrase(&f, passphrase)
	if err := invalid(f); err != nil {
		return nil, officer.Officer{}, err
	}
	if len(u.Languages) == 0 {
		u.Languages = []string{"en", "ar"}
	}
	d, err := openDesk(ctx, cfg)
	if err != nil {
		return nil, officer.Officer{}, err
	}
	origin := "cutout/" + strings.ToLower(id.New[incident](nil).Ref())
	private, public, err := audit.NewKey(origin)
	if err != nil {
		d.Close()
		return nil, officer.Officer{}, err
	}
	s := unitSettings{Unit: Unit{Name: name, Pack: u.Pack, Languages: u.Languages, LogName: origin, LogPublic: public}, LogPrivate: private}
	if err := d.settle(s); err != nil {
		d.Close()
		return nil, officer.Officer{}, err
	}
	a := officer.Officer{ID: officer.ID(id.New[incident](d.randomOf(officer.Officer{}))), Name: u.Administrator}
	secret, err := newSecret(passphrase, d.cfg.Cost)
	if err == nil {
		r := store.Rights{Grants: []officer.Grant{{Officer: a.ID, Duty: officer.Administrator, From: d.store.Today(), Until: day.Never}}}
		err = d.store.Begin(ctx, store.Account{ID: a.ID, Name: a.Name, Rights: r, Secret: secret}, s, store.Entry{Act: "unit.begin", Pack: d.packVersion()})
	}
	if err != nil {
		d.Close()
		return nil, a, shown(err)
	}
	d.startMarks()
	d.startWatch()
	return d, a, nil
}

var (
	actAddOfficer   = act{"officer.add", one(officer.Administrator)}
	actOfficers     = act{"officer.list", one(officer.Administrator, officer.Registrar, officer.Inspector)}
	actColleagues   = act{"officer.colleagues", inside}
	actGrant        = act{"officer.grant", one(officer.Administrator)}
	actRevoke       = act{"officer.revoke", one(officer.Administrator)}
	actOpenDesk     = act{"compartment.open", one(officer.Administrator)}
	actDesks        = act{"compartment.list", anyone}
	actAllDesks     = act{"compartment.list-all", one(officer.Administrator)}
	actHand         = act{"compartment.grant", one(officer.Administrator)}
	actTakeBack     = act{"compartment.revoke", one(officer.Administrator)}
	actCloseOfficer = act{"officer.close", one(officer.Administrator)}
)

// OfficerDraft is a new officer as given.
type OfficerDraft struct {
	Name      string   `json:"name" yaml:"name"`
	Clearance string   `json:"clearance" yaml:"clearance"` // code of a level of the pack
	Org       string   `json:"org" yaml:"org"`
	Duties    []string `json:"duties" yaml:"duties"` // what he may try at all; a handler handles only what Assign gives him
}

// AddOfficer opens an account with a first passphrase.
func (d *Desk) AddOfficer(ctx context.Context, o officer.Officer, n OfficerDraft, passphrase []byte) (officer.Officer, error) {
	var f fault.Faults
	checkAccountName(&f, "name", n.Name)
	checkPassphrase(&f, passphrase)
	level, ok := d.pack.Level(n.Clearance)
	if !ok {
		f.Add("clearance", "field.code", "Given", n.Clearance, "Vocabulary", "level")
	}
	f = append(f, textindex.CheckIdentifier("org", n.Org)...)
	r := store.Rights{Clearance: compartment.Level(level.Order), Org: compartment.Org(n.Org)}
	for i, s := range n.Duties {
		duty, ok := officer.ParseDuty(s)
		if !ok {
			f.Add(fmt.Sprintf("duties.%d", i+1), "field.code", "Given", s, "Vocabulary", "duty")
			continue
		}
		for _, g := range r.Grants {
			if unitConflict(g.Duty, duty) {
				f.Add(fmt.Sprintf("duties.%d", i+1), "officer.conflict", "Duty", s, "Other", string(g.Duty))
			}
		}
		r.Grants = append(r.Grants, officer.Grant{Duty: duty, From: d.store.Today(), Until: day.Never})
	}
	if err := invalid(f); err != nil {
		return officer.Officer{}, err
	}
	secret, err := newSecret(passphrase, d.cfg.Cost)
	if err != nil {
		return officer.Officer{}, d.report(actAddOfficer.word, shown(err))
	}
	var added officer.Officer
	err = d.do(ctx, o, actAddOfficer, "officer", "", func(w *work) error {
		added = officer.Officer{ID: fresh[officer.ID](w), Name: n.Name}
		for i := range r.Grants {
			r.Grants[i].Officer = added.ID
		}
		w.Entry().Object = added.ID.String()
		err := w.AddAccount(store.Account{ID: added.ID, Name: added.Name, Rights: r, Secret: secret})
		if errors.Is(err, store.ErrConflict) {
			return fieldFault("name", "officer.name-taken")
		}
		return err
	})
	return added, err
}

// unitConflict reports whether two duties may not meet in one person anywhere: the administrator and the inspector stand
// apart from those whose work they keep or check. Other pairs conflict only for one source.
func unitConflict(a, b officer.Duty) bool {
	apart := func(d officer.Duty) bool { return d == officer.Administrator || d == officer.Inspector }
	return (apart(a) || apart(b)) && officer.Conflict(a, b)
}

// OfficerLine is an officer as colleagues know him.
type OfficerLine struct {
	ID     officer.ID
	Name   string
	Duties []officer.Duty
	Rights store.Rights // for the administrator only
	Closed bool
}

// Officers lists all accounts with their rights.
func (d *Desk) Officers(ctx context.Context, o officer.Officer) (out []OfficerLine, err error) {
	err = d.look(ctx, o, actOfficers, "officer", "", func(w *work) error {
		as, err := w.Accounts()
		for _, a := range as {
			l := lineOf(a, w.Today())
			if w.holds(one(officer.Administrator)) {
				l = wholeLine(a, w.Today())
			}
			out = append(out, l)
		}
		return err
	})
	return out, err
}

// lineOf is an officer with the duties he holds for the whole unit. Those he holds for one source stay out: that a
// colleague has become somebody's controller tells of a source the viewer may not know.
func lineOf(a store.Account, on day.Day) OfficerLine {
	l := OfficerLine{ID: a.ID, Name: a.Name, Closed: a.Rights.Closed}
	for _, g := range a.Rights.Grants {
		if whole := g.Source == (source.ID{}).Raw() || leak.On("duties_all"); whole && g.On(on) && !slices.Contains(l.Duties, g.Duty) {
			l.Duties = append(l.Duties, g.Duty)
		}
	}
	return l
}

// wholeLine is an officer as the administrator keeps him: with his rights, those for single sources among them.
func wholeLine(a store.Account, on day.Day) OfficerLine {
	l := lineOf(a, on)
	l.Rights = a.Rights
	return l
}

// Colleagues lists the officers with whom the viewer shares a compartment: whom he may name in a draft.
func (d *Desk) Colleagues(ctx context.Context, o officer.Officer) (out []OfficerLine, err error) {
	err = d.look(ctx, o, actColleagues, "officer", "", func(w *work) error {
		out, err = w.colleagues()
		return err
	})
	return out, err
}

func (w *work) colleagues() ([]OfficerLine, error) {
	as, err := w.Accounts()
	var out []OfficerLine
	for _, a := range as {
		if a.Rights.Closed {
			continue
		}
		for _, h := range a.Rights.Holdings {
			if a.ID == w.Officer().ID || (h.From <= w.Today() && w.Today() < h.Until && w.Scope().Holds(h.Compartment)) || leak.On("colleagues_all") {
				out = append(out, lineOf(a, w.Today()))
				break
			}
		}
	}
	return out, err
}

// GrantDuty gives a duty of the whole unit, to somebody else. Duties for one source are given by Assign.
func (d *Desk) GrantDuty(ctx context.Context, o officer.Officer, to officer.ID, duty string) error {
	return d.do(ctx, o, actGrant, "officer", to.String(), func(w *work) error {
		if to == o.ID {
			return refused("own-rights")
		}
		g, ok := officer.ParseDuty(duty)
		if !ok {
			return fieldFault("duty", "field.code", "Given", duty, "Vocabulary", "duty")
		}
		a, err := w.Account(to)
		if err != nil {
			return err
		}
		for _, h := range a.Rights.Grants {
			if h.On(w.Today()) && unitConflict(h.Duty, g) {
				return fieldFault("duty", "officer.conflict", "Duty", duty, "Other", string(h.Duty))
			}
		}
		return w.SetRights(to, func(r *store.Rights) {
			r.Grants = append(r.Grants, officer.Grant{Officer: to, Duty: g, From: w.Today(), Until: day.Never})
		})
	})
}

// RevokeDuty ends a duty of the whole unit from today.
func (d *Desk) RevokeDuty(ctx context.Context, o officer.Officer, from officer.ID, duty string) error {
	return d.do(ctx, o, actRevoke, "officer", from.String(), func(w *work) error {
		return w.SetRights(from, func(r *store.Rights) {
			for i := range r.Grants {
				if g := &r.Grants[i]; string(g.Duty) == duty && g.Source == (source.ID{}).Raw() && g.On(w.Today()) {
					g.Until = w.Today()
				}
			}
		})
	})
}

// CloseOfficer ends an account: every session and every right of it, from the next request on.
func (d *Desk) CloseOfficer(ctx context.Context, o officer.Officer, who officer.ID) error {
	err := d.do(ctx, o, actCloseOfficer, "officer", who.String(), func(w *work) error {
		if err := w.EndAdmissions(who, officer.Seat{}); err != nil {
			return err
		}
		return w.SetRights(who, func(r *store.Rights) { r.Closed = true })
	})
	if err == nil {
		d.Lock(who)
	}
	return err
}

// OpenCompartment opens a desk's compartment.
func (d *Desk) OpenCompartment(ctx context.Context, o officer.Officer, name string) (compartment.ID, error) {
	f := textindex.CheckIdentifier("name", name)
	if strings.TrimSpace(name) == "" {
		f.Add("name", "field.required")
	}
	if err := invalid(f); err != nil {
		return compartment.ID{}, err
	}
	var c compartment.ID
	err := d.do(ctx, o, actOpenDesk, "compartment", "", func(w *work) error {
		c = fresh[compartment.ID](w)
		w.Entry().Object = c.String()
		return w.AddCompartment(store.Compartment{ID: c, Kind: "desk", Name: strings.TrimSpace(name)})
	})
	return c, err
}

// Compartments lists the desks the officer holds; the administrator may ask for all, to hand them out.
func (d *Desk) Compartments(ctx context.Context, o officer.Officer, all bool) (out []store.Compartment, err error) {
	a := actDesks
	if all {
		a = actAllDesks
	}
	err = d.look(ctx, o, a, "compartment", "", func(w *work) error {
		cs, err := w.Compartments(all)
		for _, c := range cs {
			if c.Kind == "desk" {
				out = append(out, c)
			}
		}
		return err
	})
	return out, err
}

// HandCompartment lets another officer hold a desk from today until a day (blank: until taken back).
func (d *Desk) HandCompartment(ctx context.Context, o officer.Officer, to officer.ID, c compartment.ID, until string) error {
	end := day.Never
	if until != "" {
		var err error
		if end, err = day.Parse(until); err != nil {
			return fieldFault("until", "field.day", "Given", until)
		}
	}
	return d.do(ctx, o, actHand, "officer", to.String(), func(w *work) error {
		if to == o.ID {
			return refused("own-rights")
		}
		if err := w.isDesk(c); err != nil {
			return err
		}
		return w.hand(to, c, end)
	})
}

// isDesk refuses every compartment that is no desk's. A source's own is given with a duty for the source, by people who
// see it, and never by whoever runs the machine.
func (w *work) isDesk(c compartment.ID) error {
	cs, err := w.Compartments(true)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(cs, func(x store.Compartment) bool { return x.ID == c && x.Kind == "desk" }) {
		return fieldFault("compartment", "reference.unknown")
	}
	return nil
}

// hand gives a compartment; whoever holds it already keeps the later end.
func (w *work) hand(to officer.ID, c compartment.ID, until day.Day) error {
	return w.SetRights(to, func(r *store.Rights) {
		for i := range r.Holdings {
			if h := &r.Holdings[i]; h.Compartment == c && h.From <= w.Today() && w.Today() < h.Until {
				h.Until = max(h.Until, until)
				return
			}
		}
		r.Holdings = append(r.Holdings, store.Holding{Compartment: c, From: w.Today(), Until: until})
	})
}

func (w *work) takeBack(from officer.ID, c compartment.ID) error {
	return w.SetRights(from, func(r *store.Rights) {
		r.Holdings = slices.DeleteFunc(r.Holdings, func(h store.Holding) bool { return h.Compartment == c && h.From == w.Today() })
		for i := range r.Holdings {
			if h := &r.Holdings[i]; h.Compartment == c && w.Today() < h.Until {
				h.Until = w.Today()
			}
		}
	})
}

// TakeBackCompartment ends a holding from the next request on.
func (d *Desk) TakeBackCompartment(ctx context.Context, o officer.Officer, from officer.ID, c compartment.ID) error {
	return d.do(ctx, o, actTakeBack, "officer", from.String(), func(w *work) error {
		if err := w.isDesk(c); err != nil {
			return err
		}
		return w.takeBack(from, c)
	})
}

func typeOf(v any) string { return fmt.Sprintf("%T", v) }

// clockText is how a moment stands in parameters of messages.
func clockText(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
