package api

import (
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/contribution"
	"pugongying/internal/directory"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/search"
	"pugongying/internal/web"
)

// Services are the capabilities behind the door.
type Services struct {
	Laws        *law.Library
	Explainers  *explainer.Library
	Completions *explainer.Completions
	Quiz        *quiz.Service
	Questions   *quiz.Bank
	Regions     *region.Service
	Hotlines    *directory.Hotlines
	Search      *search.Index
	Members     *member.Service
	Staff       StaffSessions
	StaffEntry  StaffEntry
	Applicants  Applicants
	Stories     *contribution.Service
	Acts        OfflineActs
	Reports     Reports
	Bookings    *booking.Service
	Media       media.Store
	Pictures    PictureLibrary
	Limits      web.Limits
	League      region.Code // of this deployment
	Now         func() time.Time
}
