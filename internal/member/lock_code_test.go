package member

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestCodesWaitForRoomAndGiveUpWithTheRequest(t *testing.T) {
	c := newCodes("salt")
	for range cap(c.room) {
		c.room <- struct{}{}
	}
	ctx, stop := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer stop()
	if _, err := c.hash(ctx, "1234", make([]byte, saltBytes)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hash without room = %v", err)
	}
	<-c.room
	if _, err := c.hash(context.Background(), "1234", make([]byte, saltBytes)); err != nil || len(c.room) != cap(c.room)-1 {
		t.Errorf("hash with room = %v, %d places taken", err, len(c.room))
	}
}

func TestOnlyItsCodeFitsALock(t *testing.T) {
	ctx, c := context.Background(), newCodes("salt")
	l, err := c.lock(ctx, "0042")
	other, err2 := c.lock(ctx, "1357")
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	for code, want := range map[string]bool{"0042": true, "042": false, "0043": false, "": false, "00420": false} {
		if fits, err := c.fits(ctx, code, []*Lock{other, l}); err != nil || (len(fits) == 1 && fits[0] == l) != want {
			t.Errorf("fits(%q) = %v, %v", code, fits, err)
		}
	}
	if fits, err := c.fits(ctx, "0042", nil); err != nil || fits != nil {
		t.Errorf("a code fits no lock: %v, %v", fits, err)
	}
	same, err := c.lock(ctx, "0042")
	if err != nil || string(same.Hash) == string(l.Hash) {
		t.Errorf("two locks of one code are alike: %v", err)
	}
	if fits, err := c.fits(ctx, "0042", []*Lock{l, other, same}); err != nil || len(fits) != 2 {
		t.Errorf("one code opens %d of its two locks: %v", len(fits), err)
	}
	if fits, err := newCodes("another deployment").fits(ctx, "0042", []*Lock{l}); err != nil || fits != nil {
		t.Errorf("a lock opens without the deployment's secret: %v, %v", fits, err)
	}
	for _, bad := range []string{"", "123", "123456789", "12a4", "１２３４", "12 4", "1234\n"} {
		if _, err := c.lock(ctx, bad); !errors.Is(err, ErrCode) {
			t.Errorf("lock(%q) = %v", bad, err)
		}
	}
}
