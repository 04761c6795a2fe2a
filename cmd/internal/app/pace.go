package app

import (
	"io"
	"time"
)

// How many bytes of documents a second a backup gets. Beside people who are served it is so few that neither reading nor
// sealing them takes much of any one second, and yet so many that the documents of one instant are not kept for minutes:
// pages that writers free meanwhile are used again only afterwards. A server that nobody asks gives as many as are taken.
const (
	paceBeside = 10 << 20
	paceAlone  = 64 << 20
	hurryEvery = 20 * time.Second // so long at one pace beside people, then twice as fast: what is lost with a disk is what came since the last backup

	peopleAsk = 20 // requests a second from which on people are served; the probes of an operator's tools are fewer
	lookEvery = 100 * time.Millisecond
	goneAfter = time.Second // so long after the last look that saw people: who pauses for a moment is not hurried then
)

// paced writes no faster than the pace that suits what else the server does.
type paced struct {
	to    io.Writer
	asked func() int64 // requests of others so far

	begun  time.Time // when the first was written
	due    time.Time // when what was written so far is due
	looked time.Time // when others were looked at last
	before int64     // how often they had asked by then
	served time.Time // when others were seen last
}

// Write waits after the bytes were written, when they were ahead of their time.
func (p *paced) Write(b []byte) (int, error) {
	n, err := p.to.Write(b)
	now := time.Now()
	if p.due.Before(now.Add(-lookEvery)) { // time in which nobody read is no credit
		p.due = now
	}
	p.due = p.due.Add(time.Duration(float64(n) / float64(p.pace(now)) * float64(time.Second)))
	time.Sleep(time.Until(p.due))
	return n, err
}

// pace is how many bytes a second others leave.
func (p *paced) pace(now time.Time) int {
	if span := now.Sub(p.looked); span >= lookEvery {
		asked := p.asked()
		if !p.looked.IsZero() && float64(asked-p.before) >= peopleAsk*span.Seconds() {
			p.served = now
		}
		p.looked, p.before = now, asked
	}
	if p.begun.IsZero() {
		p.begun = now
	}
	if now.Sub(p.served) < goneAfter {
		return min(paceBeside<<min(now.Sub(p.begun)/hurryEvery, 8), paceAlone)
	}
	return paceAlone
}
