// Package ics writes calendars that other programs subscribe to (RFC 5545).
//
// It promises lines that end in CRLF and are folded between characters, times in UTC, and an event that keeps its identity
// when it moves. It refuses to say more than its caller did: no attendee, no alarm, no description.
package ics

import (
	"bytes"
	"time"

	ical "github.com/arran4/golang-ical"
)

// Event is one entry.
type Event struct {
	ID         string // stays when the event moves
	Title      string
	Start, End time.Time
}

// Write makes a calendar. Name is what the subscriber's program calls it; at is when it was made.
func Write(name string, at time.Time, events []Event) ([]byte, error) {
	c := ical.NewCalendarFor("pugongying")
	c.SetProductId("-//pugongying//ZH")
	c.SetMethod(ical.MethodPublish)
	c.SetName(name)
	c.SetXWRCalName(name)
	c.SetXPublishedTTL("PT15M")
	for _, e := range events {
		v := c.AddEvent(e.ID + "@pugongying")
		v.SetDtStampTime(at)
		v.SetStartAt(e.Start)
		v.SetEndAt(e.End)
		v.SetSummary(e.Title)
		v.SetClass(ical.ClassificationPrivate)
	}
	var out bytes.Buffer
	// The library ends lines as the machine does; the format wants CRLF.
	err := c.SerializeTo(&out, ical.WithNewLine("\r\n"))
	return out.Bytes(), err
}
