package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/config"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/quiz"
	"pugongying/internal/sheet"
)

const bankUsage = "写 bank template 文件.xlsx、bank import 文件.xlsx（或 .gift、.txt）、bank export 文件.xlsx（或 .gift）[--topic 名字]，或 bank list"

// bankCommand brings questions in and out, through the running server or, where none runs, by itself.
func bankCommand(ctx context.Context, in invocation) error {
	word, file, topic := "", "", ""
	take := func(into *string) {
		if len(in.args) > 0 && !strings.HasPrefix(in.args[0], "-") {
			*into, in.args = in.args[0], in.args[1:]
		}
	}
	take(&word)
	take(&file)
	for _, name := range []string{"--topic", "-topic"} {
		if len(in.args) > 1 && in.args[0] == name {
			in.args = in.args[1:]
			take(&topic)
		}
	}
	c, rest, err := options("bank", in)
	if err != nil {
		return err
	}
	switch {
	case len(rest) > 0:
		return fmt.Errorf("bank 不认识 %q：%s", rest[0], bankUsage)
	case word == "list" && file == "":
		return listBank(ctx, in, c)
	case word == "template" && formOf(file) == ".xlsx":
		return templateBank(in, file)
	case word == "import" && file != "":
		return importBank(ctx, in, c, file)
	case word == "export" && (formOf(file) == ".xlsx" || formOf(file) == ".gift"):
		return exportBank(ctx, in, c, operatorRequest{http.MethodGet, "/bank/export?" + url.Values{"file": {file}, "topic": {topic}}.Encode(), nil})
	}
	return errors.New(bankUsage)
}

func formOf(file string) string { return strings.ToLower(filepath.Ext(file)) }

func listBank(ctx context.Context, in invocation, c config.Config) error {
	list, err := atData(ctx, c, operatorRequest{http.MethodGet, "/bank/drafts", nil}, func(ctx context.Context, a *app) ([]questionio.Waiting, error) {
		return a.bank.Waiting(ctx)
	})
	if err != nil {
		return err
	}
	for _, w := range list {
		what := "改动"
		if w.New {
			what = "新题"
		}
		fmt.Fprintf(in.out, "%-26s  %s  %s  %s  %s\n", w.ID, w.Day, what, w.Kind, w.Stem)
	}
	_, err = fmt.Fprintf(in.out, "%d 道草稿等着审\n", len(list))
	return err
}

func importBank(ctx context.Context, in invocation, c config.Config, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("打不开 %s：%w", file, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, sheet.MaxFile+1))
	if err != nil {
		return err
	}
	r := operatorRequest{http.MethodPost, "/bank/import?" + url.Values{"file": {file}}.Encode(), bytes.NewReader(data)}
	report, err := atData(ctx, c, r, func(ctx context.Context, a *app) (questionio.Report, error) { return a.importBank(ctx, file, data) })
	if err != nil {
		return err
	}
	for _, note := range report.Notes {
		fmt.Fprintln(in.out, "说明："+note)
	}
	for _, place := range report.Known {
		fmt.Fprintf(in.out, "已经有了：%s\n", place)
	}
	for _, wrong := range report.Faults {
		fmt.Fprintf(in.out, "✗ %s　%s\n", wrong.Place, wrong.Text)
	}
	if len(report.Faults) > 0 {
		fmt.Fprintf(in.out, "有 %d 处要改。一道题也没有导入；改好以后再导入一次就行。\n", len(report.Faults))
		return errTold
	}
	_, err = fmt.Fprintf(in.out, "%s。导入的都是草稿，审过才给居民看。\n", report.Summary())
	return err
}

// importBank reads a file and takes its questions in; a file that cannot be read is a fault of the report.
func (a *app) importBank(ctx context.Context, name string, data []byte) (questionio.Report, error) {
	file, err := readBank(name, data)
	if err != nil {
		return questionio.Report{Faults: []questionio.Fault{{Place: "文件", Text: err.Error()}}}, nil
	}
	return a.bank.Import(ctx, audit.Operator, file)
}

func readBank(name string, data []byte) (questionio.File, error) {
	form := formOf(name)
	switch {
	case form == ".xlsx" || bytes.HasPrefix(data, []byte("PK\x03\x04")):
		tables, err := sheet.Read(data)
		read := make([]questionio.Table, len(tables))
		for i, t := range tables {
			read[i] = questionio.Table(t)
		}
		return questionio.FromTables(read), err
	case form != ".gift" && form != ".txt":
		return questionio.File{}, errors.New("只收 .xlsx、.gift 和 .txt（GIFT）")
	case len(data) > sheet.MaxFile:
		return questionio.File{}, sheet.ErrTooLarge
	case !utf8.Valid(data):
		return questionio.File{}, errors.New("文字的编码不对：请另存为 UTF-8")
	}
	return questionio.FromGIFT(string(data)), nil
}

func exportBank(ctx context.Context, in invocation, c config.Config, r operatorRequest) error {
	to, err := url.Parse(r.path)
	if err != nil {
		return err
	}
	file, topic := to.Query().Get("file"), to.Query().Get("topic")
	made, err := atData(ctx, c, r, func(ctx context.Context, a *app) (exported, error) { return a.exportBank(ctx, file, topic) })
	if err != nil {
		return err
	}
	if err := writeNew(file, made.File); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：%d 道题\n", file, made.Questions)
	return err
}

type exported struct {
	File      []byte `json:"file"`
	Questions int    `json:"questions"`
}

func (a *app) exportBank(ctx context.Context, name, topic string) (exported, error) {
	questions, err := a.bank.Questions(ctx, topic)
	if errors.Is(err, questionio.ErrTopic) {
		return exported{}, errors.New(fault.From(err).Text)
	}
	if err != nil {
		return exported{}, err
	}
	var out bytes.Buffer
	if formOf(name) == ".gift" {
		err = questionio.WriteGIFT(&out, questions)
	} else {
		err = sheet.Write(&out, pagesOf([]questionio.Table{questionio.ToTable(questions)}))
	}
	return exported{out.Bytes(), len(questions)}, err
}

// pagesOf dresses sheets; the first holds the questions, another one text.
func pagesOf(tables []questionio.Table) []sheet.Page {
	pages := []sheet.Page{}
	for i, t := range tables {
		p := sheet.Page{Table: sheet.Table(t), Widths: []float64{100}}
		if i == 0 {
			p.Widths, p.Choices = questionio.Widths(), questionio.Choices()
		}
		pages = append(pages, p)
	}
	return pages
}

// templateBank writes the sheet that staff are offered; it needs no data.
func templateBank(in invocation, file string) error {
	items, err := content.Shipped()
	if err != nil {
		return err
	}
	laws, err := content.Laws()
	if err != nil {
		return err
	}
	var concepts []string
	for _, item := range items {
		if item.Kind != publish.KindQuestion {
			continue
		}
		if q, err := quiz.Parse(item.Body, laws); err == nil {
			concepts = append(concepts, q.Concept)
		}
	}
	var out bytes.Buffer
	if err := sheet.Write(&out, pagesOf(questionio.Template(concepts))); err != nil {
		return err
	}
	if err := writeNew(file, out.Bytes()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s：填好以后用 pugongying bank import %s 导入\n", file, file)
	return err
}

// writeNew writes a file that is not there yet: somebody may have worked on the old one.
func writeNew(file string, data []byte) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, os.ErrExist) {
		return fmt.Errorf("已经有 %s 了：换一个名字，或者先把它移走", file)
	}
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Close())
}

// addBank puts the bank behind the socket.
func (a *app) addBank(mux *http.ServeMux, answer func(http.ResponseWriter, any, error)) {
	mux.HandleFunc("POST /bank/import", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sheet.MaxFile+1))
		if err != nil {
			answer(w, nil, err)
			return
		}
		report, err := a.importBank(r.Context(), r.URL.Query().Get("file"), data)
		answer(w, report, err)
	})
	mux.HandleFunc("GET /bank/export", func(w http.ResponseWriter, r *http.Request) {
		made, err := a.exportBank(r.Context(), r.URL.Query().Get("file"), r.URL.Query().Get("topic"))
		answer(w, made, err)
	})
	mux.HandleFunc("GET /bank/drafts", func(w http.ResponseWriter, r *http.Request) {
		list, err := a.bank.Waiting(r.Context())
		answer(w, list, err)
	})
}
