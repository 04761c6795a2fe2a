package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/contribution"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web"
)

// ErrNoRevision refuses a save that does not say what it was written on.
var ErrNoRevision = fault.New(fault.Invalid, "contribution.revision_missing", "没有说明是在哪一版上写的，请重新打开这一篇。")

// Bounds of what a draft's operations take: four full boxes and a box that is far too long, and a recording over a slow
// connection.
var (
	draftBounds = web.Bounds{Body: 4 << 20, Arrive: time.Minute}
	voiceBounds = web.Bounds{Time: 2 * time.Minute, Body: contribution.MaxRecording + 1024, Arrive: 2 * time.Minute}
)

type byDraft struct {
	ID string `path:"id" maxLength:"64"`
}

type draftBegin struct {
	Body struct {
		ID string `json:"id" pattern:"^[A-Z2-7]{26}$" doc:"drawn by the phone, so that a request whose answer was lost begins one story"`
	}
}

type draftSave struct {
	ID       string `path:"id" maxLength:"64"`
	Revision string `header:"If-Match" maxLength:"24" doc:"the revision it was written on, quoted"`
	Body     struct {
		Title      string         `json:"title" doc:"at most 40 characters are stored"`
		Provenance string         `json:"provenance,omitempty" enum:"invented,real"`
		Boxes      []DraftWritten `json:"boxes" minItems:"4" maxItems:"4"`
	}
}

// DraftWritten is a box as it is written. A text that is too long is refused in its box alone, not here.
type DraftWritten struct {
	Text     string         `json:"text"`
	Pictures []DraftPicture `json:"pictures,omitempty" maxItems:"50"`
}

type draftSaved struct {
	Status int
	Body   SavedDraft
}

type draftConsent struct {
	ID   string `path:"id" maxLength:"64"`
	Body DraftConsent
}

type byVoice struct {
	ID    string `path:"id" maxLength:"64"`
	Voice string `path:"voice" maxLength:"64"`
}

type voiceUpload struct {
	ID      string `path:"id" maxLength:"64"`
	Voice   string `path:"voice" pattern:"^[A-Z2-7]{26}$" doc:"drawn by the phone"`
	Box     int    `query:"box" minimum:"0" maximum:"3" required:"true"`
	Seconds int    `query:"seconds" minimum:"1" maximum:"600" required:"true"`
	RawBody []byte `contentType:"application/octet-stream"`
}

// Drafts are the stories of one volunteer.
type Drafts struct {
	Items []DraftBrief `json:"items" doc:"what waits for her first, then latest first"`
}

func (d *door) addDrafts() {
	addStaff(d, spec{route: "GET /api/v1/me/drafts", summary: "my stories", rate: rateWrite}, d.drafts)
	addStaff(d, spec{route: "POST /api/v1/me/drafts", summary: "begin a story", status: http.StatusCreated, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *draftBegin) (*body[Draft], error) {
		return d.draft(d.Stories.Begin(ctx, who, in.Body.ID))
	})
	addStaff(d, spec{route: "GET /api/v1/me/drafts/{id}", summary: "a story of mine", rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byDraft) (*body[Draft], error) {
		return d.draft(d.Stories.Read(ctx, who, in.ID))
	})
	addStaff(d, spec{route: "PUT /api/v1/me/drafts/{id}", summary: "save what I wrote; 409 gives what is stored instead", rate: rateSave, bounds: draftBounds}, d.saveDraft)
	addStaff(d, spec{route: "DELETE /api/v1/me/drafts/{id}", summary: "destroy the words of a story of mine", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byDraft) (*empty, error) {
		return nil, d.Stories.Erase(ctx, who, in.ID)
	})
	addStaff(d, spec{route: "POST /api/v1/me/drafts/{id}/submission", summary: "hand it to the editors", status: http.StatusOK, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byDraft) (*body[Draft], error) {
		return d.draft(d.Stories.Send(ctx, who, in.ID))
	})
	addStaff(d, spec{route: "PUT /api/v1/me/drafts/{id}/consent", summary: "record that whom it is about agreed", rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *draftConsent) (*body[Draft], error) {
		c := in.Body
		return d.draft(d.Stories.Consent(ctx, who, in.ID, contribution.Consent{Day: c.Day, Way: c.Way, Scope: c.Scope, Note: c.Note}))
	})
	addStaff(d, spec{route: "DELETE /api/v1/me/drafts/{id}/consent", summary: "she took her consent back: the story goes", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byDraft) (*empty, error) {
		return nil, d.Stories.WithdrawConsent(ctx, who, in.ID)
	})
	d.addVoices()
}

func (d *door) addVoices() {
	addStaff(d, spec{route: "PUT /api/v1/me/drafts/{id}/voices/{voice}", summary: "a recorded voice", rate: rateWrite, bounds: voiceBounds}, func(ctx context.Context, who staff.Principal, in *voiceUpload) (*body[DraftVoice], error) {
		r, err := d.Stories.AddRecording(ctx, who, in.ID, contribution.Upload{ID: in.Voice, Box: in.Box, Seconds: in.Seconds, Body: in.RawBody})
		return answer(DraftVoice{ID: r.ID, Type: r.Type, Seconds: r.Seconds}), err
	})
	addStaff(d, spec{route: "GET /api/v1/me/drafts/{id}/voices/{voice}", summary: "hear it", rate: rateWrite, bounds: web.Bounds{Time: listening}}, d.voice)
	addStaff(d, spec{route: "DELETE /api/v1/me/drafts/{id}/voices/{voice}", summary: "remove it", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *byVoice) (*empty, error) {
		return nil, d.Stories.RemoveRecording(ctx, who, in.ID, in.Voice)
	})
}

func (d *door) draft(s contribution.Saved, err error) (*body[Draft], error) {
	if err != nil {
		return nil, err
	}
	return answer(d.draftOf(s)), nil
}

func (d *door) drafts(ctx context.Context, who staff.Principal, _ *struct{}) (*body[Drafts], error) {
	mine, err := d.Stories.Mine(ctx, who)
	if err != nil {
		return nil, err
	}
	out := Drafts{Items: []DraftBrief{}}
	for _, s := range mine {
		out.Items = append(out.Items, d.draftBrief(s))
	}
	return answer(out), nil
}

// saveDraft answers a conflict with both sides: the phone has its own, the answer has the stored one.
func (d *door) saveDraft(ctx context.Context, who staff.Principal, in *draftSave) (*draftSaved, error) {
	on, err := strconv.ParseInt(strings.Trim(in.Revision, `"`), 10, 64)
	if err != nil {
		return nil, ErrNoRevision.At(fault.Field{Location: "header.If-Match", Message: ErrNoRevision.Text})
	}
	w := contribution.Written{Title: in.Body.Title, Provenance: contribution.Provenance(in.Body.Provenance)}
	for i, b := range in.Body.Boxes {
		w.Boxes[i].Text = b.Text
		for _, p := range b.Pictures {
			w.Boxes[i].Pictures = append(w.Boxes[i].Pictures, contribution.Picture(p))
		}
	}
	saved, err := d.Stories.Write(ctx, who, in.ID, on, w)
	out := savedOf(saved)
	if errors.Is(err, contribution.ErrConflict) {
		stored := d.draftOf(saved)
		out.Code, out.Detail, out.Stored = contribution.ErrConflict.Code, contribution.ErrConflict.Text, &stored
		return &draftSaved{Status: http.StatusConflict, Body: out}, nil
	}
	return &draftSaved{Status: http.StatusOK, Body: out}, err
}

func (d *door) voice(ctx context.Context, who staff.Principal, in *byVoice) (*recording, error) {
	sound, kind, err := d.Stories.Voice(ctx, who, in.ID, in.Voice)
	if err != nil {
		return nil, err
	}
	return &recording{Body: func(hc huma.Context) {
		hc.SetHeader("Content-Type", kind)
		hc.SetHeader("Content-Disposition", "attachment")
		_, _ = hc.BodyWriter().Write(sound) // a client that went away hears nothing
	}}, nil
}
