package api

import (
	"context"
	"net/http"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
)

// ClaimCode is a guest's code, shown once.
type ClaimCode struct {
	Code      string    `json:"code" doc:"16 digits"`
	ExpiresAt time.Time `json:"expiresAt"`
}

// Export is everything stored about the caller. What is protected by her keeping code is included only with the code.
type Export struct {
	Me          Me            `json:"me"`
	WeChatDay   string        `json:"wechatDay,omitempty" doc:"day she first signed in by WeChat; who she is there is kept sealed"`
	Sessions    []Day         `json:"sessions"`
	Keeping     Keeping       `json:"keeping"`
	Bookmarks   Bookmarks     `json:"shelf"`
	Attempts    []PastAttempt `json:"sittings"`
	Dismissed   []string      `json:"dismissed"`
	Explanation string        `json:"explanation"`
}

// Day is a session's last day of use and the day it ends.
type Day struct {
	Seen    string `json:"seen"`
	Expires string `json:"expires"`
}

// PastAttempt is one attempt as its owner reads it.
type PastAttempt struct {
	Title   string  `json:"title"`
	Day     string  `json:"day"`
	State   string  `json:"state" enum:"open,submitted"`
	Saved   bool    `json:"kept"`
	Score   int     `json:"score"`
	Total   int     `json:"total"`
	Replies []Reply `json:"replies"`
}

// Reply is a question she was asked and what she chose.
type Reply struct {
	Stem   string   `json:"stem"`
	Chosen []string `json:"chosen"`
}

type changeMe struct {
	Body struct {
		AgeBand *string `json:"ageBand,omitempty" enum:"under14,14-17,18-59,60plus," doc:"empty takes it back"`
		Region  *string `json:"region,omitempty" maxLength:"12" doc:"12-digit code; empty takes it back"`
	}
}

type claiming struct {
	BehindCode
	Body struct {
		Code string `json:"code" maxLength:"32"`
	}
}

// BehindCode carries the code that unlocks what is stored.
type BehindCode struct {
	Code string `header:"X-Keeping-Code" maxLength:"16" doc:"a wrong code and none answer alike"`
}

func (d *door) addMe() {
	add(d, spec{route: "GET /api/v1/me", summary: "what is known of me", rate: rateWrite}, func(ctx context.Context, who member.Principal, _ *struct{}) (*body[Me], error) {
		p, err := d.Members.Me(ctx, who.ID)
		return answer(meOf(p)), err
	})
	add(d, spec{route: "PATCH /api/v1/me", summary: "change what I offered", rate: rateWrite}, d.changeMe)
	add(d, spec{route: "DELETE /api/v1/me", summary: "erase me", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who member.Principal, _ *struct{}) (*empty, error) {
		return nil, d.Members.Erase(ctx, who.ID)
	})
	add(d, spec{route: "GET /api/v1/me/export", summary: "all that is kept about me", rate: rateClaim}, d.export)
	add(d, spec{route: "POST /api/v1/me/claim-code", summary: "a code with which a WeChat member takes my things over", status: http.StatusCreated, rate: rateClaim}, func(ctx context.Context, who member.Principal, in *BehindCode) (*body[ClaimCode], error) {
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		if err != nil {
			return nil, err
		}
		code, expires, err := d.Members.AskClaimCode(ctx, who, mine)
		return answer(ClaimCode{Code: code, ExpiresAt: expires}), err
	})
	add(d, spec{route: "POST /api/v1/me/claim", summary: "take a guest's things over by her code", status: http.StatusOK, rate: rateClaim}, func(ctx context.Context, who member.Principal, in *claiming) (*body[Me], error) {
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		if err != nil {
			return nil, err
		}
		p, err := d.Members.Claim(ctx, who, mine, in.Body.Code)
		return answer(meOf(p)), err
	})
}

func (d *door) changeMe(ctx context.Context, who member.Principal, in *changeMe) (*body[Me], error) {
	change := member.Change{AgeBand: (*member.AgeBand)(in.Body.AgeBand), Region: (*region.Code)(in.Body.Region)}
	p, err := d.Members.ChangeMe(ctx, who.ID, change)
	return answer(meOf(p)), err
}

func (d *door) export(ctx context.Context, who member.Principal, in *BehindCode) (*body[Export], error) {
	things, err := d.Members.Things(ctx, who.ID, in.Code)
	if err != nil {
		return nil, err
	}
	mine, err := d.Members.Export(ctx, who.ID, things)
	if err != nil {
		return nil, err
	}
	out := Export{
		Me: meOf(mine.Profile), WeChatDay: mine.WeChatDay, Sessions: []Day{}, Keeping: keepingOf(mine.History),
		Bookmarks: d.bookmarksOf(mine.Read, mine.Favourites), Attempts: []PastAttempt{}, Dismissed: []string{},
		Explanation: "这是我们这里关于你的全部。锁着的部分要带着密码才会列出来。",
	}
	for _, s := range mine.Sessions {
		out.Sessions = append(out.Sessions, Day(s))
	}
	if !mine.History.Mistakes {
		return answer(out), nil
	}
	sat, err := d.Quiz.Export(ctx, things)
	if err != nil {
		return nil, err
	}
	out.Dismissed = sat.Dismissed
	for _, s := range sat.Attempts {
		out.Attempts = append(out.Attempts, pastAttemptOf(s))
	}
	return answer(out), nil
}

func pastAttemptOf(s quiz.AttemptRecord) PastAttempt {
	out := PastAttempt{Title: s.Title, Day: s.Day, State: string(s.State), Saved: s.Saved, Score: s.Score, Total: s.Total, Replies: []Reply{}}
	for _, r := range s.Replies {
		out.Replies = append(out.Replies, Reply(r))
	}
	return out
}

func meOf(p member.Profile) Me {
	return Me{ID: string(p.ID), Kind: string(p.Kind), AgeBand: string(p.AgeBand), Region: string(p.Region), CreatedDay: p.CreatedDay}
}
