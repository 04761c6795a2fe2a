package main

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"pugongying/internal/config"
	"pugongying/internal/law"
)

// progressEvery is after how many files an import says how far it is.
const progressEvery = 500

// lawRequest is what a law command asks for, of a running server or of the documents.
type lawRequest struct {
	word, what string
	options    law.Options
}

// lawCommand imports and lists laws, through the running server where there is one, else on the documents themselves.
func lawCommand(ctx context.Context, in invocation) error {
	r := lawRequest{}
	for _, into := range []*string{&r.word, &r.what} {
		if len(in.args) > 0 && !strings.HasPrefix(in.args[0], "-") {
			*into, in.args = in.args[0], in.args[1:]
		}
	}
	c, rest, err := optionsWith("law", in, func(flags *flag.FlagSet) {
		flags.Func("accept", "也收 partial（节录）、outdated（旧文本），逗号分开", r.accept)
		flags.StringVar(&r.options.Effective, "effective", "", "这些文本从哪天起施行（2026-01-01），不管它们自己怎么写")
	})
	if err != nil {
		return err
	}
	if r.what == "" && len(rest) == 1 {
		r.what, rest = rest[0], nil
	}
	if len(rest) > 0 || !slices.Contains([]string{"import", "list", "dependants"}, r.word) || r.word == "import" && r.what == "" {
		return errors.New("写 law import 文件夹、law list 或 law dependants [法律]")
	}
	shown := &lawScreen{in: in, counts: map[law.Kind]int{}}
	a, err := openAlone(ctx, c)
	switch {
	case errors.Is(err, errDataInUse):
		err = r.through(ctx, c, shown)
	case err == nil:
		if r.word == "import" {
			fmt.Fprintf(in.err, "没有服务在用 %s，直接写进它的数据库（正式装好的，用 --config 指出配置）\n", c.Data)
		}
		err = errors.Join(r.direct(ctx, a, shown), a.close(context.WithoutCancel(ctx)))
	}
	if err == nil && r.word == "import" {
		err = shown.summary()
	}
	return err
}

func (r *lawRequest) accept(list string) error {
	for _, word := range strings.Split(list, ",") {
		standing := law.Standing(strings.TrimSpace(word))
		if standing != law.Partial && standing != law.Outdated {
			return errors.New("只能写 partial、outdated")
		}
		r.options.Accept = append(r.options.Accept, standing)
	}
	return nil
}

// direct works on the documents; no server may run.
func (r *lawRequest) direct(ctx context.Context, a *app, shown *lawScreen) error {
	switch r.word {
	case "list":
		shown.list(a.lawsShown())
		return nil
	case "dependants":
		found, err := a.dependantsOf(r.what)
		shown.dependants(found)
		return err
	}
	files := func(each func(string, []byte) error) error { return law.Walk(os.DirFS(r.what), each, shown.outcome) }
	return a.importLaws(ctx, files, r.options, shown.line)
}

// through asks the running server; the files go there as a tar while its answers come back line by line.
func (r *lawRequest) through(ctx context.Context, c config.Config, shown *lawScreen) error {
	switch r.word {
	case "list":
		var laws []lawShown
		err := ask(ctx, c, http.MethodGet, "/laws", &laws)
		shown.list(laws)
		return err
	case "dependants":
		var found []dependant
		err := ask(ctx, c, http.MethodGet, "/laws/dependants?law="+url.QueryEscape(r.what), &found)
		shown.dependants(found)
		return err
	}
	if _, err := os.Stat(r.what); err != nil {
		return fmt.Errorf("读不了这个文件夹：%w", err)
	}
	archive, pipe := io.Pipe()
	go func() { pipe.CloseWithError(packLaws(pipe, r.what, shown.outcome)) }()
	query := url.Values{"effective": {r.options.Effective}}
	for _, s := range r.options.Accept {
		query.Add("accept", string(s))
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://pugongying/laws/import?"+query.Encode(), archive)
	if err != nil {
		return err
	}
	client := operatorClient(c)
	defer client.CloseIdleConnections()
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	return shown.lines(response.Body)
}

// packLaws writes the files of a folder that can be laws as a tar; what cannot be read does not go there and is told here.
func packLaws(to io.Writer, folder string, unread func(law.Outcome)) error {
	w := tar.NewWriter(to)
	err := law.Walk(os.DirFS(folder), func(file string, data []byte) error {
		if err := w.WriteHeader(&tar.Header{Name: file, Mode: 0o600, Size: int64(len(data)), Typeflag: tar.TypeReg}); err != nil {
			return err
		}
		_, err := w.Write(data)
		return err
	}, unread)
	return errors.Join(err, w.Close())
}

// lawLine is one line of an import's answer.
type lawLine struct {
	Outcome    *law.Outcome `json:"outcome,omitempty"`
	Dependants []dependant  `json:"dependants,omitempty"`
	Done       bool         `json:"done,omitempty"`
	Error      string       `json:"error,omitempty"`
}

// lawScreen tells a person what comes of a command.
type lawScreen struct {
	in     invocation
	mu     sync.Mutex // what cannot be read here is told beside what the server answers
	counts map[law.Kind]int
	read   int
}

// lines reads a server's answer to its end; one that breaks off is a failure.
func (s *lawScreen) lines(from io.Reader) error {
	scanner := bufio.NewScanner(from)
	scanner.Buffer(nil, 4<<20)
	for scanner.Scan() {
		var line lawLine
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil {
			return fmt.Errorf("没有做成：%s", scanner.Text())
		}
		if s.line(line); line.Done {
			return nil
		}
		if line.Error != "" {
			return fmt.Errorf("没有做完：%s", line.Error)
		}
	}
	return errors.Join(errors.New("没有做完：连接断了，已经收进来的留着，再运行一次就接着收"), scanner.Err())
}

func (s *lawScreen) line(l lawLine) {
	if l.Outcome != nil {
		s.outcome(*l.Outcome)
	}
	if len(l.Dependants) > 0 {
		fmt.Fprintln(s.in.out, "这些内容引用的条文变了，请核对：")
		s.dependants(l.Dependants)
	}
}

func (s *lawScreen) outcome(o law.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts[o.Kind]++
	switch o.Kind {
	case law.Refused:
		fmt.Fprintln(s.in.out, "没收："+(&law.Refusal{File: o.File, Line: o.Line, Reason: o.Reason}).Error())
	case law.Added:
		fmt.Fprintf(s.in.out, "新收：%s %s，%d 条\n", o.Title, o.Version, o.Articles)
	case law.Newer:
		fmt.Fprintf(s.in.out, "新版本：%s %s，%d 条\n", o.Title, o.Version, o.Articles)
	case law.Amended:
		fmt.Fprintf(s.in.out, "已有的文本，改了施行、废止日期或状态：%s %s\n", o.Title, o.Version)
	}
	if s.read++; s.read%progressEvery == 0 {
		fmt.Fprintf(s.in.err, "已经看了 %d 个…\n", s.read)
	}
}

// summary ends an import; what was refused makes it a failure.
func (s *lawScreen) summary() error {
	fmt.Fprintf(s.in.out, "新收 %d 部，新版本 %d 个，已有 %d 部，不是法律的文件 %d 个，没收 %d 个\n",
		s.counts[law.Added], s.counts[law.Newer], s.counts[law.Same]+s.counts[law.Amended], s.counts[law.Passed], s.counts[law.Refused])
	if s.counts[law.Refused] > 0 {
		return errTold
	}
	return nil
}

func (s *lawScreen) list(laws []lawShown) {
	for _, l := range laws {
		fmt.Fprintf(s.in.out, "%-12s %-8s %s  %4d 条  %d 个版本  %s\n", l.Law, statusWords[l.Status], l.Effective, l.Articles, l.Versions, l.Title)
	}
}

var statusWords = map[law.Status]string{law.InForce: "现行有效", law.ToCome: "尚未施行", law.Repealed: "已经失效"}

func (s *lawScreen) dependants(found []dependant) {
	for _, d := range found {
		fmt.Fprintf(s.in.out, "  %s %s《%s》 引用 %s：%s\n", d.Kind, d.ID, d.Title, d.Citation, d.Change)
	}
	if len(found) == 0 {
		fmt.Fprintln(s.in.out, "没有这样的内容")
	}
}
