package member

import (
	"context"
	"errors"
	"time"

	"pugongying/internal/fault"
)

// ErrCodeWait refuses a code while none is tried, and says for how long. It is the same with locked layers and without.
var ErrCodeWait = fault.New(fault.TooMany, "member.code_wait", "密码试的次数多了，请等"+fault.AWhile+"再试。不带密码的部分照常能用。")

// waits is ErrCodeWait for a wait, nil for none.
func waits(wait time.Duration) error {
	if wait > 0 {
		return ErrCodeWait.After(wait)
	}
	return nil
}

// count counts a code that is about to be tried on a member. ErrCodeWait.
func (s *Service) count(ctx context.Context, who ID) (Layers, error) {
	var refused error
	var seen Layers
	err := s.change(ctx, who, func(l *Layers) error {
		now := stored(s.steady())
		mended := l.Tries.Bound(now)
		refused = waits(l.Tries.Take(now))
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
		giveBack := func(l *Layers) error { l.Tries.GiveBack(); return nil }
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
