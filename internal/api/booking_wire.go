package api

import (
	"time"

	"pugongying/internal/booking"
)

// BookingOptions are what a resident chooses from and is asked before she books, and what she has to know. Wording that was not
// reviewed yet is shown as 待专业审定.
type BookingOptions struct {
	Reviewed  bool                         `json:"reviewed"`
	Topics    []BookingChoice              `json:"topics"`
	Modes     []string                     `json:"modes"`
	Ages      []string                     `json:"ages" doc:"bands of a child's age; the law asks for a guardian's consent below 14"`
	Questions map[string][]BookingQuestion `json:"questions" doc:"the four of self, child and other"`
	Terms     []BookingTerm                `json:"terms" doc:"who reads what she writes"`
	Duty      BookingDuty                  `json:"duty" doc:"what has to be reported, and by which provision"`
	HoldFor   int                          `json:"holdFor" doc:"seconds a time is kept"`
	ChangeFor int                          `json:"changeFor" doc:"seconds before its start until which it can be changed"`
}

// BookingChoice is something to choose.
type BookingChoice struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// BookingQuestion is one of the four: answered yes, no or skip. The alarming answer opens the card there.
type BookingQuestion struct {
	ID       string `json:"id"`
	Text     string `json:"text"`
	Yes      string `json:"yes"`
	No       string `json:"no"`
	Alarming string `json:"alarming" enum:"yes,no"`
	Card     string `json:"card"`
}

// BookingTerm says who sees how much.
type BookingTerm struct {
	Who  string `json:"who"`
	Sees string `json:"sees"`
}

// BookingDuty is the duty to report.
type BookingDuty struct {
	Text string `json:"text"`
	Law  string `json:"law"`
}

// BookingPlace is where they meet.
type BookingPlace struct {
	Name  string `json:"name"`
	Room  string `json:"room,omitempty"`
	How   string `json:"how,omitempty"`
	Phone string `json:"phone,omitempty" doc:"of the centre, for changes that come too late"`
}

// Slot is a free time.
type Slot struct {
	ID         string       `json:"id"`
	Counsellor string       `json:"counsellor" doc:"id"`
	Start      time.Time    `json:"start"`
	End        time.Time    `json:"end"`
	Modes      []string     `json:"modes"`
	Topics     []string     `json:"topics" doc:"empty: all"`
	Region     string       `json:"region,omitempty"`
	Place      BookingPlace `json:"place"`
}

// CounsellorCard is who may be booked, as she is chosen.
type CounsellorCard struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	About     string   `json:"about,omitempty"`
	Languages []string `json:"languages"`
	Modes     []string `json:"modes"`
	Topics    []string `json:"topics"`
	Demo      bool     `json:"demo" doc:"演示"`
	First     *Slot    `json:"first,omitempty" doc:"absent: nothing is free within the horizon"`
	Days      []string `json:"days" doc:"civil days on which she has a free time"`
}

// CounsellorCards are those who fit, by their first free time.
type CounsellorCards struct {
	Items []CounsellorCard `json:"items"`
	Until string           `json:"until" doc:"the last civil day that was looked at"`
}

// Slots are free times, in their order.
type Slots struct {
	Items []Slot `json:"items"`
}

// Appointment is a booked time as its code shows it: never for whom, about what, or how she is reached.
type Appointment struct {
	ID            string       `json:"id"`
	State         string       `json:"state" enum:"held,confirmed,done,cancelled,no_show,expired"`
	Slot          string       `json:"slot" doc:"id"`
	Counsellor    string       `json:"counsellor" doc:"id"`
	Name          string       `json:"name" doc:"of the counsellor"`
	Start         time.Time    `json:"start"`
	End           time.Time    `json:"end"`
	Mode          string       `json:"mode" enum:"in_person,phone,video"`
	Place         BookingPlace `json:"place"`
	HoldExpiresAt *time.Time   `json:"holdExpiresAt,omitempty" doc:"of a held one"`
	Extendable    bool         `json:"extendable" doc:"five minutes more can be had"`
	ChangeUntil   *time.Time   `json:"changeUntil,omitempty" doc:"of a confirmed one: until then it can be moved and cancelled"`
	Sentence      string       `json:"sentence,omitempty" doc:"of a confirmed one: the exact reminder, should she want it"`
}

// Booked is a confirmed appointment with its pick-up code, told once.
type Booked struct {
	Appointment
	Code   string `json:"code" doc:"eleven digits that begin with 10"`
	Digits string `json:"digits" doc:"its last four, said at the door"`
}

// Waiting is an entry of the waitlist.
type Waiting struct {
	ID         string       `json:"id"`
	State      string       `json:"state" enum:"waiting,offered,served,left"`
	Counsellor string       `json:"counsellor,omitempty"`
	Name       string       `json:"name,omitempty"`
	Mode       string       `json:"mode" enum:"in_person,phone,video"`
	From       string       `json:"from"`
	To         string       `json:"to"`
	Offer      *Appointment `json:"offer,omitempty" doc:"a free time held for her; confirmed or cancelled as any other"`
}

// Joined is a new entry of the waitlist with its code, told once.
type Joined struct {
	Waiting
	Code string `json:"code"`
}

// FoundBooking is what a code leads to: one of the two.
type FoundBooking struct {
	Appointment *Appointment `json:"appointment,omitempty"`
	Waiting     *Waiting     `json:"waiting,omitempty"`
}

// MyBookings are what is behind her lock.
type MyBookings struct {
	Items   []Appointment `json:"items"`
	Waiting []Waiting     `json:"waiting"`
}

// asking is the body that holds a time.
type asking struct {
	Slot   string     `json:"slot,omitempty" maxLength:"64" doc:"of one counsellor; or any"`
	Any    *askingAny `json:"any,omitempty"`
	Topic  string     `json:"topic,omitempty" maxLength:"32"`
	Mode   string     `json:"mode" enum:"in_person,phone,video"`
	Region string     `json:"region,omitempty" maxLength:"12"`
}

// askingAny is 都可以.
type askingAny struct {
	Start *time.Time `json:"start,omitempty" doc:"absent: the first free time"`
}

// confirming is the body that confirms: what she answered, all of it sealed.
type confirming struct {
	For     string            `json:"for" enum:"self,child,other"`
	Age     string            `json:"age,omitempty" enum:"under8,8-13,14-17" doc:"of a child"`
	Topics  []string          `json:"topics,omitempty" maxItems:"6"`
	Safety  map[string]string `json:"safety,omitempty" maxProperties:"8" doc:"yes, no or skip by question"`
	Text    string            `json:"text,omitempty" maxLength:"4000" doc:"at most 1,000 characters"`
	Alone   string            `json:"alone,omitempty" enum:"yes,with,unasked" doc:"the child's own wish"`
	Before  string            `json:"before,omitempty" enum:"no,yes,skip"`
	Consent bool              `json:"consent,omitempty" doc:"a guardian's, for a child under 14"`
	Contact safeContact       `json:"contact"`
	Not     []string          `json:"not,omitempty" maxItems:"5" doc:"staff who must not open it: names as she knows them"`
}

// safeContact is how she may be reached.
type safeContact struct {
	Call     bool     `json:"call"`
	Number   string   `json:"number,omitempty" maxLength:"24"`
	When     []string `json:"when,omitempty" maxItems:"4" doc:"morning, noon, afternoon, evening"`
	As       string   `json:"as,omitempty" enum:"centre,community,own" doc:"who we say we are"`
	AsText   string   `json:"asText,omitempty" maxLength:"80"`
	Answered string   `json:"answered,omitempty" enum:"wrong_number,call_back" doc:"when somebody else picks up"`
	Message  string   `json:"message,omitempty" enum:"none,neutral"`
}

func (c confirming) filled() booking.Private {
	return booking.Private{
		For: booking.For(c.For), Age: c.Age, Topics: c.Topics, Safety: c.Safety, Text: c.Text, Alone: c.Alone, Before: c.Before,
		Consent: c.Consent, Contact: booking.Contact(c.Contact), NotThese: c.Not,
	}
}

func optionsForBooking(w booking.Wording) BookingOptions {
	o := BookingOptions{
		Reviewed: w.Reviewed, Topics: []BookingChoice{}, Modes: texts(booking.Modes), Ages: booking.Ages, Questions: map[string][]BookingQuestion{},
		Terms: []BookingTerm{}, Duty: BookingDuty(w.Report), HoldFor: int(booking.HoldLife / time.Second), ChangeFor: int(booking.CutOff / time.Second),
	}
	for _, t := range w.Topics {
		o.Topics = append(o.Topics, BookingChoice(t))
	}
	for whom, questions := range w.Questions {
		for _, q := range questions {
			o.Questions[string(whom)] = append(o.Questions[string(whom)], BookingQuestion(q))
		}
	}
	for _, t := range w.Terms {
		o.Terms = append(o.Terms, BookingTerm(t))
	}
	return o
}

// texts are values of a named string type as strings, never nil.
func texts[T ~string](all []T) []string {
	out := make([]string, len(all))
	for i, v := range all {
		out[i] = string(v)
	}
	return out
}

func slotOf(s booking.Slot) Slot {
	return Slot{
		ID: s.ID(), Counsellor: s.Counsellor, Start: s.Start.UTC(), End: s.End.UTC(), Modes: texts(s.Modes), Topics: texts(s.Topics), Region: string(s.Region),
		Place: BookingPlace(s.Place),
	}
}

func cardOf(c booking.Card) CounsellorCard {
	out := CounsellorCard{
		ID: c.ID, Name: c.Name, About: c.About, Languages: texts(c.Languages), Modes: texts(c.Modes), Topics: texts(c.Topics), Demo: c.Demo, Days: c.Days,
	}
	if c.First != nil {
		first := slotOf(*c.First)
		out.First = &first
	}
	return out
}
