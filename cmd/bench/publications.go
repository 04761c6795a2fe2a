package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"pugongying/cmd/internal/app"
	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

const (
	publicationsGoal  = 3 // times as many answers a second as PocketBase
	publicationsBatch = 1000
	pageOfTexts       = 14 // rows of the console's list
	pageOfExplainers  = 20
	publisher         = "fabu"
	consolePath       = "/console"
)

// publicationCount is how many publications both servers hold beside the shipped content.
var publicationCount = 100_000

// publications compares staff's list and one text of the console, and a resident's list and one explainer, with PocketBase
// holding the same records, both on one core and each per second of its own processor time. The console answers whole
// pages with a number beside each of six tabs, PocketBase JSON with one total; both give the author's name, and a text
// with its versions.
func (b *bench) publications(ctx context.Context) (rows []row, err error) {
	if err := errors.Join(readsNeed(), b.pocketbaseNeed()); err != nil {
		return nil, err
	}
	data := filepath.Join(b.scratch, "publications")
	b.say("写入 %d 件发布件", publicationCount)
	if err := fillPublications(ctx, data); err != nil {
		return nil, err
	}
	ours, err := b.serveOurs(ctx, serverCore, data)
	if err != nil {
		return nil, err
	}
	defer ours.end()
	session, err := signInStaff(ctx, ours.address)
	if err != nil {
		return nil, err
	}
	theirs, err := b.servePocketbase(ctx, ours.address)
	if err != nil {
		return nil, err
	}
	defer theirs.end()
	pairs, err := b.publicationPairs(ctx, ours, session, theirs)
	if err != nil {
		return nil, err
	}
	for _, p := range pairs {
		for round := range b.rounds {
			b.say("%s 第 %d/%d 轮", p.title, round+1, b.rounds)
			if err := errors.Join(b.load(ctx, p.ours), b.load(ctx, p.theirs)); err != nil {
				return rows, err
			}
		}
		rows = append(rows,
			compared(p.title+" ÷ PocketBase", "次/s", p.ours.perCPU, p.theirs.perCPU).needs(ratioOf(publicationsGoal)),
			compared("  按钟点", "次/s", p.ours.rates, p.theirs.rates))
	}
	return rows, nil
}

// pair is one question asked of both servers.
type pair struct {
	title        string
	ours, theirs *contender
}

func (b *bench) publicationPairs(ctx context.Context, ours *child, session string, theirs *pocketbase) ([]pair, error) {
	cookie, token := "Cookie: "+session, "Authorization: "+theirs.token
	n := fmt.Sprint(publicationCount)
	texts, err := b.script("texts", consolePath+"/texts/P%07d", n)
	if err != nil {
		return nil, err
	}
	records, err := b.script("records", recordsPath("publications")+"/p%014d?expand=author,versions_via_publication", n)
	if err != nil {
		return nil, err
	}
	slugs, err := explainers(ctx, ours.address)
	if err != nil {
		return nil, err
	}
	at := func(c *child, path, header, script string) *contender {
		return &contender{child: c, url: "http://" + c.address + path, header: header, script: script}
	}
	list := fmt.Sprintf("%s?perPage=%d&sort=-changed&expand=author&filter=%s", recordsPath("publications"), pageOfTexts, url.QueryEscape("state='live'"))
	return []pair{
		{"工作台：一页发布件（共 " + n + " 件）", at(ours, consolePath+"/texts?tab=live", cookie, ""), at(theirs.child, list, token, "")},
		{"工作台：打开一件", at(ours, consolePath+"/texts/P0000000", cookie, texts), at(theirs.child, recordsPath("publications"), token, records)},
		{"居民：故事列表", at(ours, fmt.Sprintf("%s/explainers?limit=%d", api.Base, pageOfExplainers), "", ""), at(theirs.child, fmt.Sprintf("%s?perPage=%d&fields=id,title,slug", recordsPath("explainers"), pageOfExplainers), "", "")},
		{"居民：打开一篇", at(ours, api.Base+"/explainers/"+slugs[0], "", ""), at(theirs.child, recordsPath("explainers")+"/"+recordID("e", 0), "", "")},
	}, nil
}

// script makes wrk ask for a record drawn at random.
func (b *bench) script(name, path, n string) (string, error) {
	file := filepath.Join(b.scratch, name+".lua")
	text := fmt.Sprintf("request = function() return wrk.format('GET', string.format('%s', math.random(0, %s - 1))) end\n", path, n)
	return file, os.WriteFile(file, []byte(text), 0o600)
}

var publicationStates = []publish.State{publish.StateDraft, publish.StateFirst, publish.StateLive, publish.StateLive, publish.StateLive, publish.StateWithdrawn}

// fillPublications leaves a data folder as years of work do. They are of a kind that residents are not shown, so that what
// residents read is the shipped content.
func fillPublications(ctx context.Context, data string) (err error) {
	c := config.Default()
	c.Data, c.Limits.Enabled = data, false
	a, err := app.Open(ctx, c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	people, err := a.Staff.Reviewers(ctx)
	if err != nil || len(people) == 0 {
		return errors.Join(errors.New("没有演示的工作人员"), err)
	}
	for from := 0; from < publicationCount; from += publicationsBatch {
		var all, versions []any
		for i := from; i < min(from+publicationsBatch, publicationCount); i++ {
			p, v := newPublication(i, people[i%len(people)].Account)
			all, versions = append(all, p), append(versions, v)
		}
		if err := errors.Join(a.Documents.Collection("publications").Insert(ctx, all...), a.Documents.Collection("versions").Insert(ctx, versions...)); err != nil {
			return err
		}
	}
	return nil
}

var (
	publicationBody = []byte(strings.Repeat("一段寻常长度的话。", 60))
	publicationSum  = publish.Sum(publicationBody)
	publicationFrom = time.Date(2023, 3, 1, 0, 0, 0, 0, time.UTC)
)

func newPublication(i int, author string) (publish.Publication, publish.Version) {
	where := region.Code(fmt.Sprintf("1504%02d%03d%03d", 21+i%9, 100+i%7, 200+i%5))
	p := publish.Publication{
		ID: fmt.Sprintf("P%07d", i), Kind: "notice", Title: fmt.Sprintf("第 %d 件", i), Region: where, Authors: []string{author},
		State: publicationStates[i%len(publicationStates)], Last: 1, LastSHA: publicationSum, Schema: 3,
		CreatedAt: publicationFrom, ChangedAt: publicationFrom.Add(time.Duration(i) * time.Minute),
	}
	switch p.State {
	case publish.StateLive:
		p.Live, p.LiveSHA, p.LiveRegion = 1, p.LastSHA, where
	case publish.StateFirst:
		p.Open = []publish.Open{{N: 1, State: p.State, SHA256: p.LastSHA, Region: where, Origin: publish.OriginStaff, Since: p.ChangedAt, Due: p.ChangedAt.Add(72 * time.Hour)}}
	}
	p.Place = publish.PlaceOf(p)
	return p, publish.Version{
		ID: publish.VersionID(p.ID, 1), Publication: p.ID, Kind: p.Kind, N: 1, SHA256: p.LastSHA, Body: publicationBody, Title: p.Title, Region: where,
		Authors: p.Authors, At: p.ChangedAt, Origin: publish.OriginStaff, State: p.State, Schema: 3,
	}
}

// signInStaff signs the demonstration's publisher in and gives the cookie of her session.
func signInStaff(ctx context.Context, address string) (string, error) {
	code, err := totp.GenerateCode(staff.DemoSecret, time.Now())
	if err != nil {
		return "", err
	}
	form := url.Values{"login": {publisher}, "password": {staff.DemoPassword}, "code": {code}}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+consolePath+"/sign-in", strings.NewReader(form.Encode()))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Origin", "http://"+address)
	answer, err := http.DefaultTransport.RoundTrip(request) // a client would follow to the page behind
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	for _, c := range answer.Cookies() {
		if c.Name == "console" {
			return c.Name + "=" + c.Value, nil
		}
	}
	return "", fmt.Errorf("%w %d: 登录工作台", errStatus, answer.StatusCode)
}
