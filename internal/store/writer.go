package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"cutout/internal/audit"
	"cutout/internal/day"
	"cutout/internal/officer"
)

// PanicError is a fault of the program inside an act. Its value and stack go to the operator's log, never to a person.
type PanicError struct {
	Value any
	Stack string // places only: see Trace
}

func (e *PanicError) Error() string { return "store: an act failed unexpectedly" }

// job is one act, or one entry of a look, waiting for its commit.
type job struct {
	ctx      context.Context
	o        officer.Officer
	entry    *Entry
	fn       func(*Tx) error                    // nil: only the entry is written
	outcome  audit.Outcome                      // of a look
	refresh  bool                               // only write the officer's reach anew
	plain    func(*conn, context.Context) error // a write that is no act on a record
	machine  bool                               // the watch acts for a reader: the entry names the machine, not him
	founding bool                               // the first act of a store: there is no officer yet
	group    []*job                             // acts handed in together, to share one commit; then this job is only their carrier
	err      error
	done     chan struct{}
}

// carried is the job itself, or those it carries.
func (j *job) carried() []*job {
	if j.group != nil {
		return j.group
	}
	return []*job{j}
}

// maxBatch bounds how many acts share one commit, so that the first does not wait long for the last.
const maxBatch = 256

// maxRetries bounds how often a batch is run again when the engine asks for it.
const maxRetries = 20

// writer is the one goroutine that writes: acts that arrive while a commit is under way share the next one. The database
// has one writer at a time anyway; standing in line here costs less than contending there.
type writer struct {
	s    *Store
	c    *conn
	in   chan *job
	quit chan struct{}
	gone chan struct{}
}

func newWriter(s *Store, c *conn) *writer {
	return &writer{s: s, c: c, in: make(chan *job, maxBatch), quit: make(chan struct{}), gone: make(chan struct{})}
}

// do hands in a job and waits for its end. A job whose ctx ends before its turn is not begun; one already under way is
// waited for, so that the caller always learns what became of it.
func (w *writer) do(ctx context.Context, j *job) error {
	j.ctx, j.done = ctx, make(chan struct{})
	if err := w.hand(ctx, j); err != nil {
		return err
	}
	return w.wait(j)
}

// doAll is do for jobs that are to share one commit. Each has its own end.
func (w *writer) doAll(ctx context.Context, jobs []*job) []error {
	errs := make([]error, len(jobs))
	for len(jobs) > 0 {
		part := jobs[:min(len(jobs), maxBatch)]
		ends := errs[len(errs)-len(jobs):]
		jobs = jobs[len(part):]
		for _, j := range part {
			j.ctx, j.done = ctx, make(chan struct{})
		}
		err := w.hand(ctx, &job{group: part})
		for i, j := range part {
			if ends[i] = err; err == nil {
				ends[i] = w.wait(j)
			}
		}
	}
	return errs
}

// hand puts a job in line.
func (w *writer) hand(ctx context.Context, j *job) error {
	select {
	case <-w.quit:
		return ErrClosed
	default:
	}
	select {
	case w.in <- j:
		return nil
	case <-w.quit:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// wait is the end of a job in line.
func (w *writer) wait(j *job) error {
	select {
	case <-j.done:
		return j.err
	case <-w.gone:
		select {
		case <-j.done:
			return j.err
		default:
			return ErrClosed
		}
	}
}

func (w *writer) stop() {
	close(w.quit)
	<-w.gone
}

func (w *writer) run() {
	defer close(w.gone)
	defer w.c.close()
	for {
		var jobs []*job
		select {
		case j := <-w.in:
			jobs = append(jobs, j.carried()...)
		case <-w.quit:
			for { // acts already handed in are finished
				select {
				case j := <-w.in:
					jobs = append(jobs, j.carried()...)
				default:
					if len(jobs) > 0 {
						w.commit(jobs)
					}
					return
				}
			}
		}
	more:
		for len(jobs) < maxBatch {
			select {
			case j := <-w.in:
				jobs = append(jobs, j.carried()...)
			default:
				break more
			}
		}
		w.commit(jobs)
	}
}

// commit runs the jobs in one transaction, again while the engine asks for it, and tells each its own end.
func (w *writer) commit(jobs []*job) {
	var err error
	for try := 0; try <= maxRetries; try++ {
		var b *batch
		if b, err = w.try(jobs); errors.Is(err, ErrUnknown) {
			err = w.settle(b, err)
		}
		if err == nil || !retryable(err) {
			break
		}
		time.Sleep(time.Duration(min(try, 10)+1) * time.Millisecond)
	}
	if retryable(err) {
		// The engine never took them. One act may be the cause of it all: the others get their chance without it.
		if len(jobs) > 1 {
			for _, j := range jobs {
				w.commit([]*job{j})
			}
			return
		}
		if j := jobs[0]; j.fn != nil && j.entry != nil && !j.founding {
			_, _ = w.try([]*job{{ctx: j.ctx, o: j.o, machine: j.machine, entry: j.entry, outcome: audit.Failed}}) // as well as it goes
		}
	}
	for _, j := range jobs {
		if err != nil {
			j.err = fmt.Errorf("store: commit: %w", err)
		}
		close(j.done)
	}
}

// batch is the state jobs of one commit share: numbers to give out, and what is published once it is durable.
type batch struct {
	w         *writer
	now       time.Time
	today     day.Day
	logSize   int64
	nextSeq   int64
	nextLabel int64
	oldLabels int64 // labels below this number are committed and may be cached
	firstSeq  int64 // of its entries in the log
	firstLeaf []byte
	entries   []pending
	unindexed []unindexed
	open      bool // a savepoint stands
}

func (w *writer) try(jobs []*job) (b *batch, err error) {
	ctx := context.Background() // one caller going away must not undo the acts of the others
	if err := w.c.begin(ctx, w.s.d.begin); err != nil {
		return nil, fmt.Errorf("begin: %w", err)
	}
	defer func() {
		if err != nil {
			w.s.rights.forget() // before another process can commit other rights under the version we undo
			w.c.rollback(ctx)
		}
	}()
	b = &batch{w: w}
	// A fault of the program here would end it, with every act under way, and print what it held.
	return b, guard(func() error { return b.fill(ctx, jobs) })
}

// fill does the jobs in the transaction begun, and commits it.
func (b *batch) fill(ctx context.Context, jobs []*job) error {
	w := b.w
	if err := w.c.one(ctx, "SELECT log_size, next_seq, next_label FROM head WHERE one = 1"+w.s.d.headLock, nil, &b.logSize, &b.nextSeq, &b.nextLabel); err != nil {
		return fmt.Errorf("head: %w", err)
	}
	// The time is taken behind the lock, so that acts of several processes have times in the order of their commits.
	b.now = w.s.Now()
	b.today = day.Of(b.now.In(w.s.cfg.Location))
	b.oldLabels = b.nextLabel
	if w.s.d.door != "" {
		if err := w.c.raw(ctx, w.s.d.door); err != nil {
			return fmt.Errorf("take the door's role: %w", err)
		}
	}
	for _, j := range jobs {
		if err := b.run(ctx, j); err != nil {
			return err
		}
	}
	if b.open {
		if err := w.c.raw(ctx, "RELEASE SAVEPOINT act"); err != nil {
			return err
		}
	}
	if err := b.indexAll(ctx); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	if err := b.appendLog(ctx); err != nil {
		return fmt.Errorf("log: %w", err)
	}
	if _, err := w.c.exec(ctx, "UPDATE head SET log_size = ?, next_seq = ?, next_label = ? WHERE one = 1", b.logSize, b.nextSeq, b.nextLabel); err != nil {
		return fmt.Errorf("head: %w", err)
	}
	if err := w.c.raw(ctx, "COMMIT"); err != nil {
		if !answered(err) {
			err = fmt.Errorf("%w: %w", ErrUnknown, err)
		}
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// run does one job inside the batch's transaction. The error it returns undoes the whole batch; the job's own end is in
// j.err, and its entry is written either way.
func (b *batch) run(ctx context.Context, j *job) error {
	c := b.w.c
	j.err = nil
	if j.fn == nil && !j.refresh && j.plain == nil {
		j.err = b.note(j, j.outcome, j.entry)
		return nil
	}
	if j.ctx.Err() != nil { // the caller left before the work began
		j.err = j.ctx.Err()
		return nil
	}
	savepoint := "SAVEPOINT act"
	if b.open { // the act before is kept
		savepoint = "RELEASE SAVEPOINT act; SAVEPOINT act"
	}
	if err := c.raw(ctx, savepoint); err != nil {
		return err
	}
	b.open = true
	before := *b
	e := Entry{}
	if j.entry != nil {
		e = *j.entry
	}
	t := &Tx{s: b.w.s, c: c, ctx: ctx, o: j.o, now: b.now, today: b.today, writing: true, b: b, entry: &e, rnd: b.w.s.cfg.Random(j.o.ID)}
	err := guard(func() error {
		if j.plain != nil {
			return j.plain(c, ctx)
		}
		if j.founding {
			return j.fn(t)
		}
		stale, err := t.open()
		if err != nil {
			return err
		}
		if stale || j.refresh {
			if err := t.refreshReach(j.o.ID, t.rights); err != nil {
				return err
			}
		}
		if j.fn == nil {
			return nil
		}
		return j.fn(t)
	})
	if retryable(err) {
		return err
	}
	if j.entry != nil && !errors.Is(err, ErrOfficer) {
		if unfit := b.note(j, outcomeOf(err), &e); err == nil {
			err = unfit // an act that cannot be logged is undone
		}
	}
	if err != nil {
		j.err = err
		if err := c.raw(ctx, "ROLLBACK TO SAVEPOINT act"); err != nil {
			return err // not with the act's own error, which is nobody else's
		}
		b.nextSeq, b.nextLabel, b.unindexed = before.nextSeq, before.nextLabel, before.unindexed
		b.w.s.rights.forget()
	}
	return nil
}
