package publish

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
)

// Kinds of due work; the first part of a due document's id.
const (
	dueCheck    = "check"    // the machine has to check a version
	dueEscalate = "escalate" // a review waited too long
	duePublish  = "publish"  // a version has its minute
	dueBundle   = "bundle"   // a set has its minute
	dueRecheck  = "recheck"  // what is live was not looked at again for long
)

const dueSeparator = "|"

// errEarly lets a job wait that came before its minute: a clock was set back.
var errEarly = fault.New(fault.Unavailable, "publish.early", "还没到时间。")

var schedulerActor = audit.Actor{Kind: audit.KindSystem, ID: "schedule"}

// dueID names due work: what it is, of which thing, and what tells it from the same work at another time.
func dueID(kind, id string, more ...string) string {
	return strings.Join(append([]string{kind, id}, more...), dueSeparator)
}

// stamp is an instant in a due document's id.
func stamp(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// Do does the due work with this id. It may be done twice, and does nothing when what it was about has moved on.
func (w *Workflow) Do(ctx context.Context, id string) error {
	part := strings.Split(id, dueSeparator)
	if len(part) < 3 {
		return nil
	}
	last := part[len(part)-1]
	n, _ := strconv.Atoi(part[2])
	var err error
	switch part[0] {
	case dueCheck:
		_, err = w.Check(ctx, part[1], n)
		if errors.Is(err, ErrFindings) {
			err = nil
		}
	case dueEscalate:
		err = w.escalate(ctx, part[1], n, last)
	case duePublish:
		err = w.publish(ctx, part[1], n, last)
	case dueBundle:
		err = w.release(ctx, part[1], last)
	case dueRecheck:
		err = w.recheck(ctx, part[1], last)
	}
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// minute says whether an instant has come on a clock that is believed; otherwise the work waits.
func (w *Workflow) minute(at time.Time) error {
	if w.believed != nil {
		if _, ok := w.believed(); !ok {
			return ErrClock
		}
	}
	if w.now().Before(at) {
		return errEarly
	}
	return nil
}
