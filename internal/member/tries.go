package member

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/fault"
)

// ErrCodeWait refuses a code while none is tried, and says for how long. It is the same with locked layers and without.
var ErrCodeWait = fault.New(fault.TooMany, "member.code_wait", "密码试的次数多了，请等"+fault.AWhile+"再试。不带密码的部分照常能用。")

const (
	freeTries = 4           // wrong codes in a day that cost nothing
	firstWait = time.Minute // after the next one; from then on each wait is twice the last,
	longWait  = 24 * time.Hour
	forgotten = 24 * time.Hour // and a day without a wrong code forgets them all
)

// Tries counts the codes that were tried on a member, whether or not she has locked layers, so that both take the same
// writes and give the same answers. It stands in her document: no lost cache, no restart and no second session starts it
// anew.
//
// A code that opened something takes its own try back and no other. Who presses on meets a wait of a day after sixteen
// codes; who makes the most of what is forgotten tries ten a day, all ten thousand in two and a half years. She is not
// locked out for ever by a minute with her phone: a wait is about as long as he went on trying, and at most a day after
// his last try her code is tried again.
type Tries struct {
	Count int       `bson:"count"`
	Until time.Time `bson:"until"`          // no code is tried until then
	Last  time.Time `bson:"last,omitempty"` // when a code was counted last
}

// take counts a code that is about to be tried, or refuses with ErrCodeWait. Counting comes first, so that codes sent at
// once cannot exceed the rule. The instant is one of a clock that nobody can step (Parts.Steady).
func (t *Tries) take(now time.Time) error {
	if wait := t.Until.Sub(now); wait > 0 {
		return ErrCodeWait.After(wait)
	}
	if now.Sub(t.Last) >= forgotten && now.Sub(t.Until) >= forgotten {
		t.Count = 0
	}
	t.Count++
	t.Last, t.Until = now, time.Time{}
	if wait := t.wait(); wait > 0 {
		t.Until = now.Add(wait)
	}
	return nil
}

// refused is ErrCodeWait while a code would certainly be refused: an answer that costs one read.
func (t *Tries) refused(now time.Time) error {
	if wait := t.Until.Sub(now); wait > 0 && wait <= t.wait() {
		return ErrCodeWait.After(wait)
	}
	return nil
}

// wait is how long no code is tried after the one that was counted last.
func (t *Tries) wait() time.Duration {
	doublings := t.Count - freeTries - 1
	switch {
	case doublings < 0:
		return 0
	case firstWait<<min(doublings, 16) > longWait:
		return longWait
	}
	return firstWait << doublings
}

// bound mends what was written by a clock that ran ahead, and says whether it had to: no wait is longer than the rule
// makes one.
func (t *Tries) bound(now time.Time) bool {
	longest := now.Add(t.wait())
	ahead := t.Until.After(longest)
	if ahead {
		t.Until = longest
	}
	if t.Last.After(now) {
		t.Last, ahead = now, true
	}
	return ahead
}

// giveBack takes back the try that was counted last: its code opened something, or was never compared.
func (t *Tries) giveBack() {
	t.Count, t.Until = max(0, t.Count-1), time.Time{}
}

// count counts a code that is about to be tried on a member. ErrCodeWait.
func (s *Service) count(ctx context.Context, who ID) (Layers, error) {
	var refused error
	var seen Layers
	err := s.change(ctx, who, func(l *Layers) error {
		now := stored(s.steady())
		mended := l.Tries.bound(now)
		refused = l.Tries.take(now)
		if seen = *l; mended {
			return nil // stored even where the code is refused, or the wait would begin anew each time
		}
		return refused
	})
	if err == nil {
		err = refused
	}
	return seen, err
}

// try gives the layers that a code opens, and the member's layers after it. A code costs two writes and one slow hash,
// whatever it opens and however many locks there are; nothing before the gate let it pass.
func (s *Service) try(ctx context.Context, who ID, code string) (seen Layers, opened []Layer, err error) {
	fitting, renewed, err := s.compare(ctx, who, code)
	if err != nil {
		return Layers{}, nil, err
	}
	err = s.change(ctx, who, func(l *Layers) error {
		opened = l.account(fitting, s.now())
		l.renew(opened, renewed)
		seen = *l
		return nil
	})
	return seen, opened, err
}

// compare counts a code and gives the locks it opens, and the lock to put in the place of those that are of an older form.
func (s *Service) compare(ctx context.Context, who ID, code string) (fitting []*Lock, renewed *Lock, err error) {
	leave, err := s.gate.Enter(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	seen, err := s.count(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	if fitting, err = s.codes.fits(ctx, code, seen.locks()); err == nil {
		renewed, err = s.renewed(ctx, code, fitting)
	}
	if err != nil { // she went, or the queue was too long: what was not compared told nobody anything
		giveBack := func(l *Layers) error { l.Tries.giveBack(); return nil }
		return nil, nil, errors.Join(err, s.change(context.WithoutCancel(ctx), who, giveBack))
	}
	return fitting, renewed, nil
}

// renewed is the lock in today's form, when one of those a code opened is in the form of an older version, whose hash can
// be tried without the root key; nil otherwise.
func (s *Service) renewed(ctx context.Context, code string, fitting []*Lock) (*Lock, error) {
	for _, l := range fitting {
		if l.Form != lockForm {
			return s.codes.lock(ctx, code)
		}
	}
	return nil, nil
}

// renew puts the lock in today's form in the place of older ones among the layers that one code opened.
func (l *Layers) renew(opened []Layer, lock *Lock) {
	for i := range opened {
		layer := l.find(opened[i].Handle)
		if lock == nil || layer == nil || layer.Lock == nil || layer.Lock.Form == lockForm {
			continue
		}
		layer.Lock, opened[i].Lock = lock, lock
	}
}
