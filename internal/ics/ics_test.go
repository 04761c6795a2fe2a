package ics_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ical "github.com/arran4/golang-ical"

	"pugongying/internal/ics"
)

func TestACalendarIsReadBackAsItWasWritten(t *testing.T) {
	at := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	long := strings.Repeat("安排", 60) + "; 1603, \\ 完"
	body, err := ics.Write("日程", at, []ics.Event{{"B1", long, at.Add(time.Hour), at.Add(110 * time.Minute)}, {"B2", "1604", at, at.Add(time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(body, []byte("\n")) != bytes.Count(body, []byte("\r\n")) || !bytes.HasSuffix(body, []byte("END:VCALENDAR\r\n")) {
		t.Error("a line does not end in CRLF")
	}
	for line := range strings.SplitSeq(string(body), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) {
			t.Errorf("%d bytes, or a broken character: %q", len(line), line)
		}
	}
	read, err := ical.ParseCalendar(bytes.NewReader(body))
	if err != nil || len(read.Events()) != 2 {
		t.Fatal(err)
	}
	e := read.Events()[0]
	start, _ := e.GetStartAt()
	if title := ical.FromText(e.GetProperty(ical.ComponentPropertySummary).Value); title != long || !start.Equal(at.Add(time.Hour)) || e.Id() != "B1@pugongying" {
		t.Errorf("%q at %v, %s", title, start, e.Id())
	}
	for _, more := range []string{"ATTENDEE", "VALARM", "DESCRIPTION", "LOCATION", "ORGANIZER"} {
		if bytes.Contains(body, []byte(more)) {
			t.Errorf("it says %s", more)
		}
	}
}
