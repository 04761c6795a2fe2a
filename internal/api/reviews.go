package api

import (
	"context"
	"net/http"

	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

func (d *door) addReviews() {
	add(d, spec{route: "GET /api/v1/me/reviews", summary: "what comes back today", rate: rateWrite}, d.reviews)
	add(d, spec{route: "POST /api/v1/me/reviews/attempts", summary: "begin a review of what is due", status: http.StatusCreated, rate: rateWrite}, d.startReview)
}

func (d *door) reviews(ctx context.Context, who member.Principal, in *BehindCode) (*body[Reviews], error) {
	out := Reviews{Concepts: []Review{}}
	mine, err := d.Members.Things(ctx, who.ID, in.Code)
	if err != nil || !mine.Mistakes() {
		return answer(out), err
	}
	r, err := d.Quiz.Reviews(ctx, mine)
	if err != nil {
		return nil, err
	}
	out.Saved, out.Due, out.Tomorrow = true, r.Due, r.Tomorrow
	for _, c := range r.Concepts {
		out.Concepts = append(out.Concepts, Review{Concept: c.Concept, Due: c.Due, Last: c.Last, Explainer: d.linkTo(c.Explainer)})
	}
	return answer(out), nil
}

// startReview finds nothing due where nothing is stored, or where the code that protects it is missing.
func (d *door) startReview(ctx context.Context, who member.Principal, in *startPaper) (*body[Attempt], error) {
	mine, req, err := d.request(ctx, who, in.BehindCode, in.Body)
	if err != nil {
		return nil, err
	}
	req.Origin = quiz.FromReview
	return d.started(d.Quiz.Start(ctx, mine, req, in.once(mine, "review")))
}
