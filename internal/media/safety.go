package media

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/jobs"
	"pugongying/internal/opaque"
	"pugongying/internal/staff"
)

// SafetyState is what WeChat said about a picture.
type SafetyState string

// The states; "" is one that was never asked about.
const (
	SafetyPending SafetyState = "pending" // asked; WeChat pushes its answer within 30 minutes
	SafetyPass    SafetyState = "pass"
	SafetyReview  SafetyState = "review" // a person has to look
	SafetyRisky   SafetyState = "risky"
	SafetyUnknown SafetyState = "unknown" // it gave no answer: a person has to look
)

// SafetyWhy says why a picture is unknown.
type SafetyWhy string

// The reasons.
const (
	WhyOff       SafetyWhy = "off"       // WeChat is not configured for it here
	WhyNobody    SafetyWhy = "nobody"    // nobody's phone to ask for, or it was not in the mini-program within two hours
	WhySilent    SafetyWhy = "silent"    // asked, and no answer for 30 minutes
	WhyAway      SafetyWhy = "away"      // it could not be asked for 30 minutes
	WhyUnfetched SafetyWhy = "unfetched" // WeChat could not fetch the file
)

// answerWithin is how long WeChat may take; the address under which it fetches the picture lives as long.
const answerWithin = 30 * time.Minute

// JobsAhead is how far ahead of now work on a picture is due.
const JobsAhead = answerWithin

// Safety is WeChat's opinion of a picture.
type Safety struct {
	State   SafetyState `bson:"state,omitempty"`
	Why     SafetyWhy   `bson:"why,omitempty"`
	Trace   string      `bson:"trace,omitempty"` // under which the answer comes
	Since   time.Time   `bson:"since,omitempty"` // when it was first to be asked
	AskedAt time.Time   `bson:"askedAt,omitempty"`
	Label   int         `bson:"label,omitempty"`   // WeChat's number for what it saw, 100 is nothing
	Door    string      `bson:"door,omitempty"`    // hash of what opens the picture to WeChat while it looks
	Session string      `bson:"session,omitempty"` // of staff, for whose phone WeChat is asked; gone once it was
}

// Passed reports whether nobody has to look.
func (s Safety) Passed() bool { return s.State == SafetyPass }

// Words say to staff what WeChat said, and who has to look.
func (s Safety) Words() string {
	switch s.State {
	case SafetyPending:
		return "正在等微信的答复，半小时内"
	case SafetyPass:
		return "微信没看出问题"
	case SafetyReview:
		return "微信没看准，请人看一眼"
	case SafetyRisky:
		return "微信认为不合适，请换一张"
	case SafetyUnknown:
		return whyWords[s.Why]
	}
	return "还没有问过微信"
}

var whyWords = map[SafetyWhy]string{
	WhyOff:       "这里没有接上微信的图片检查，请人看一眼",
	WhyNobody:    "没能请微信看：放图的人两小时内没有用手机打开过小程序。请人看一眼",
	WhySilent:    "微信半小时没有答复，请人看一眼",
	WhyAway:      "微信一直问不通，请人看一眼",
	WhyUnfetched: "微信没有取到这张图，请人看一眼",
}

// Judge is WeChat as it is asked about pictures.
type Judge interface {
	// Ask has WeChat fetch a picture by this name, which Fetched opens, for the person whose session of staff this is, and
	// gives the trace under which its answer comes. ErrJudgeOff, ErrNobody; after any other error it is asked again.
	Ask(ctx context.Context, session, name string) (trace string, err error)
}

// Why WeChat was not asked.
var (
	ErrJudgeOff = fault.New(fault.Unavailable, "picture.judge_off", whyWords[WhyOff]+"。")
	ErrNobody   = fault.New(fault.Conflict, "picture.judge_nobody", whyWords[WhyNobody]+"。")
)

// toAsk is a picture that nobody asked WeChat about yet, with its work due.
func toAsk(p *Picture, session string, now time.Time) {
	p.Safety = Safety{Since: now, Session: session}
	p.Job = jobs.At(now)
}

// Look is the work on one picture: WeChat is asked, and its silence noticed. Doing it twice asks twice, and the second
// answer counts.
func (l *Library) Look(ctx context.Context, id string) error {
	p, err := l.parts.Records.Picture(ctx, id)
	if errors.Is(err, ErrPictureUnknown) {
		return nil
	}
	switch {
	case err != nil:
		return err
	case p.Safety.State == "", p.Safety.State == SafetyPending && p.Safety.Trace == "":
		return l.ask(ctx, p)
	case p.Safety.State != SafetyPending:
		return nil
	case l.now().Before(p.Safety.AskedAt.Add(answerWithin)): // a clock was set back
		return l.change(ctx, p, func(p *Picture) { p.Job = jobs.At(p.Safety.AskedAt.Add(answerWithin)) })
	}
	return l.unknown(ctx, p, WhySilent)
}

// ask opens a door for WeChat first and asks then: it may fetch the picture before it has answered.
func (l *Library) ask(ctx context.Context, p Picture) error {
	token, now := newDoor(), l.now()
	p, err := l.parts.Records.Change(ctx, p.ID, nil, func(p *Picture) error {
		if p.Safety.Since.IsZero() {
			p.Safety.Since = now
		}
		p.Safety.State, p.Safety.Door, p.Safety.AskedAt = SafetyPending, opaque.Hash(token), now
		return nil
	})
	if err != nil {
		return gone(err)
	}
	trace, err := l.parts.Judge.Ask(ctx, p.Safety.Session, doorName(p.ID, token))
	switch {
	case errors.Is(err, ErrJudgeOff):
		return l.unknown(ctx, p, WhyOff)
	case errors.Is(err, ErrNobody):
		return l.unknown(ctx, p, WhyNobody)
	case err != nil && !l.now().Before(p.Safety.Since.Add(answerWithin)):
		return l.unknown(ctx, p, WhyAway)
	case err != nil:
		return fmt.Errorf("media: ask about a picture: %w", err)
	}
	return l.change(ctx, p, func(p *Picture) {
		p.Safety.Trace, p.Safety.Session = trace, ""
		p.Job = jobs.At(p.Safety.AskedAt.Add(answerWithin))
	})
}

// unknown leaves a picture to people.
func (l *Library) unknown(ctx context.Context, p Picture, why SafetyWhy) error {
	return l.change(ctx, p, func(p *Picture) {
		p.Safety.State, p.Safety.Why, p.Safety.Door, p.Safety.Session = SafetyUnknown, why, "", ""
	})
}

// change applies a step to a picture, unless it was answered or asked about anew since it was read as p.
func (l *Library) change(ctx context.Context, p Picture, step func(*Picture)) error {
	_, err := l.parts.Records.Change(ctx, p.ID, nil, func(now *Picture) error {
		if now.Safety.State == p.Safety.State && now.Safety.Door == p.Safety.Door {
			step(now)
		}
		return nil
	})
	return gone(err)
}

// gone is no error: a picture was removed while WeChat looked at it.
func gone(err error) error {
	if errors.Is(err, ErrPictureUnknown) {
		return nil
	}
	return err
}

// Opinion is what WeChat answered about the picture of a trace.
type Opinion struct {
	Trace     string
	State     SafetyState // SafetyPass, SafetyReview or SafetyRisky
	Label     int
	Unfetched bool // WeChat could not get the file: a person looks
	At        time.Time
}

// traceKnown is how long the answer of a trace that no picture has is tried again: it may have come before the trace was
// stored.
const traceKnown = 5 * time.Minute

// Judged writes what WeChat answered. Of one trace the first answer counts, however often it comes and in whichever order,
// also one that comes after its time; one of a trace that no picture has is nothing, once it is no longer fresh.
func (l *Library) Judged(ctx context.Context, o Opinion) error {
	found, _, err := l.parts.Records.List(ctx, PictureQuery{Trace: o.Trace, Limit: 1})
	switch {
	case err != nil:
		return err
	case len(found) == 0 && l.now().Before(o.At.Add(traceKnown)):
		return ErrPictureUnknown
	case len(found) == 0:
		return nil
	}
	_, err = l.parts.Records.Change(ctx, found[0].ID, nil, func(p *Picture) error {
		if p.Safety.Trace != o.Trace || p.Safety.State != SafetyPending && p.Safety.Why != WhySilent {
			return nil
		}
		p.Safety.State, p.Safety.Why, p.Safety.Label, p.Safety.Door = o.State, "", o.Label, ""
		if o.Unfetched {
			p.Safety.State, p.Safety.Why = SafetyUnknown, WhyUnfetched
		}
		if p.Job != nil && p.Job.Holder == "" {
			p.Job = nil
		}
		return nil
	})
	return gone(err)
}

// AskAgain has WeChat look anew at a picture that it gave no opinion of, for whoever asks. ErrPictureUnknown;
// ErrPictureAsked where there is nothing to ask.
func (l *Library) AskAgain(ctx context.Context, who staff.Principal, id string) (Picture, error) {
	if _, err := l.Picture(ctx, who, id); err != nil {
		return Picture{}, err
	}
	return l.parts.Records.Change(ctx, id, nil, func(p *Picture) error {
		if p.Safety.State != SafetyUnknown || p.State != Ready {
			return ErrPictureAsked
		}
		toAsk(p, who.Session, l.now())
		return nil
	})
}

// Safety gives what WeChat said of some pictures that somebody may see, as a text names them.
func (l *Library) Safety(ctx context.Context, who staff.Principal, ids []string) (map[string]Safety, error) {
	said := map[string]Safety{}
	for _, id := range ids {
		p, err := l.parts.Records.Picture(ctx, id)
		if errors.Is(err, ErrPictureUnknown) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if err := l.may(who, access.UsePictures, p); err != nil {
			if err := l.readable(ctx, who, id); errors.Is(err, ErrPictureUnknown) {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		said[id] = p.Safety
	}
	return said, nil
}

const doorBytes = 16 // 128 bits

func newDoor() string { return opaque.New(doorBytes) }

// doorName is the name of a picture at the door.
func doorName(id, token string) string { return strings.ToLower(id) + "." + token + ".jpg" }

// Fetched opens a picture by the name that Judge.Ask was given, while WeChat looks at it and no longer than its answer may
// take. ErrPictureUnknown for every other name.
func (l *Library) Fetched(ctx context.Context, name string) (io.ReadSeekCloser, Info, error) {
	low, token, ok := strings.Cut(strings.TrimSuffix(name, ".jpg"), ".")
	id := strings.ToUpper(low)
	if !ok || !GoodPictureID(id) || name != doorName(id, token) {
		return nil, Info{}, ErrPictureUnknown
	}
	p, err := l.parts.Records.Picture(ctx, id)
	if err != nil {
		return nil, Info{}, err
	}
	open := p.Safety.State == SafetyPending && l.now().Before(p.Safety.AskedAt.Add(answerWithin))
	if !open || subtle.ConstantTimeCompare([]byte(opaque.Hash(token)), []byte(p.Safety.Door)) != 1 {
		return nil, Info{}, ErrPictureUnknown
	}
	return l.open(ctx, id, Large)
}

func (l *Library) now() time.Time { return l.parts.Now().UTC().Truncate(time.Millisecond) }
