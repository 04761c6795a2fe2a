package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"pugongying/content"
	"pugongying/internal/civil"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/search"
)

// Of what residents type, this many of 100 must lead where they should, among the first three.
const (
	searchGoal  = 90
	searchFirst = 3
)

// phrasing is something a resident types, and what she should find.
type phrasing struct {
	Ask  string   `yaml:"ask"`
	Want []string `yaml:"want"` // any of them
}

// searchCommand asks everything that stands in searches.yaml.
func searchCommand(ctx context.Context, in invocation) error {
	usage := errors.New("写 search check [--laws 目录] [--asks 文件]")
	if len(in.args) == 0 || in.args[0] != "check" {
		return usage
	}
	flags := flag.NewFlagSet("search check", flag.ContinueOnError)
	flags.SetOutput(in.err)
	laws := flags.String("laws", "", "放法律全文的目录；不写就只查故事、题目和法律名称")
	asks := flags.String("asks", "", "另写的一份问法，写法同 searches.yaml；不写就查自带的")
	if err := flags.Parse(in.args[1:]); err != nil {
		return errTold
	}
	if flags.NArg() > 0 {
		return usage
	}
	searches, err := readSearches(*asks)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "pgy-search-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	index, texts, err := openShippedIndex(ctx, dir, *laws)
	if err != nil {
		return err
	}
	defer index.Close()
	return searchCheck{index, texts, searches}.run(ctx, in.out)
}

// openShippedIndex makes an index of what the binary ships, and of the laws in a folder.
func openShippedIndex(ctx context.Context, dir, folder string) (*search.Index, *law.Library, error) {
	register, err := content.Laws()
	if err != nil {
		return nil, nil, err
	}
	items, err := content.Shipped()
	if err != nil {
		return nil, nil, err
	}
	quiet := slog.New(slog.DiscardHandler)
	texts := law.Fixed(register)
	if folder != "" {
		read, err := content.ReadTexts(ctx, os.DirFS(folder), register, nil, civil.DayOf(time.Now()))
		if err != nil {
			return nil, nil, err
		}
		texts = read.Library
	}
	library := explainer.NewLibrary(shippedSource(items), texts, markdown.New(), quiet)
	bank := quiz.NewBank(shippedSource(items), texts)
	if err := errors.Join(library.Reload(ctx), bank.Reload(ctx)); err != nil {
		return nil, nil, err
	}
	index, err := newIndex(dir, library, bank, texts)
	if err != nil {
		return nil, nil, err
	}
	if _, err := index.Follow(ctx); err != nil {
		return nil, nil, errors.Join(err, index.Close())
	}
	return index, texts, nil
}

// searchCheck asks an index.
type searchCheck struct {
	index    *search.Index
	texts    *law.Library
	searches []phrasing
}

// run prints what is found for each, and fails when too few lead where they should. What only a text that is not here
// could answer is not run.
func (c searchCheck) run(ctx context.Context, out io.Writer) error {
	right, asked := 0, 0
	for _, s := range c.searches {
		want, here, err := targets(c.texts, s.Want)
		if err != nil {
			return fmt.Errorf("searches.yaml：%s：%w", s.Ask, err)
		}
		if !here {
			fmt.Fprintf(out, "NOT RUN  %s（没有法律全文）\n", s.Ask)
			continue
		}
		found, err := c.index.Search(ctx, search.Query{Text: s.Ask, Limit: searchFirst})
		if err != nil {
			return fmt.Errorf("searches.yaml：%s：%w", s.Ask, err)
		}
		asked++
		labels := make([]string, len(found.Hits))
		hit := false
		for i, h := range found.Hits {
			labels[i] = named(h)
			hit = hit || slices.Contains(want, labels[i])
		}
		word := "没找到"
		if hit {
			word = "找到  "
			right++
		}
		fmt.Fprintf(out, "%s  %s → %s\n", word, s.Ask, strings.Join(labels, "；"))
	}
	share := 100 * float64(right) / float64(max(asked, 1))
	fmt.Fprintf(out, "前 %d 个里找到：%d / %d = %.1f%%（目标 ≥ %d%%），NOT RUN %d\n", searchFirst, right, asked, share, searchGoal, len(c.searches)-asked)
	if asked == 0 || share < searchGoal {
		return errTold
	}
	return nil
}

// readSearches reads the searches that ship, or those of a file.
func readSearches(file string) ([]phrasing, error) {
	read := func() ([]byte, error) { return fs.ReadFile(content.Files(), "searches.yaml") }
	if file != "" {
		read = func() ([]byte, error) { return os.ReadFile(file) }
	}
	data, err := read()
	if err != nil {
		return nil, err
	}
	var searches []phrasing
	if err := yaml.Unmarshal(data, &searches); err != nil {
		return nil, fmt.Errorf("searches.yaml：%w", err)
	}
	return searches, nil
}

// named is a hit as searches.yaml would want it.
func named(h search.Hit) string {
	switch h.Kind {
	case search.Explainer:
		return h.Slug
	case search.Article:
		return h.Law + " " + h.Number
	case search.Law:
		return h.Law
	}
	return "题目：" + h.Document.Title
}

// targets reads what is wanted as named writes it; not here when only texts that are missing could answer.
func targets(laws *law.Library, want []string) (targets []string, here bool, err error) {
	for _, w := range want {
		if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" {
			targets, here = append(targets, w), true
			continue
		}
		if l, err := laws.Register().Named(w); err == nil {
			targets, here = append(targets, l.Slug), true
			continue
		}
		c, err := laws.Register().Parse(w)
		if err != nil {
			return nil, false, err
		}
		held, err := laws.Law(c.Law)
		if err != nil {
			return nil, false, err
		}
		targets, here = append(targets, c.Law+" "+c.Number()), here || len(held.Versions) > 0
	}
	return targets, here, nil
}

// shippedSource lets libraries read what the binary ships as if it were published.
type shippedSource []publish.Shipped

// Generation never moves.
func (s shippedSource) Generation(context.Context) (int64, error) { return 0, nil }

// Live gives every item of a kind.
func (s shippedSource) Live(_ context.Context, kind publish.Kind, each func(publish.Item) error) error {
	for _, item := range s {
		if item.Kind != kind {
			continue
		}
		if err := each(publish.Item{ID: item.ID, Slug: item.Slug, N: 1, Body: item.Body}); err != nil {
			return err
		}
	}
	return nil
}

// Version is not asked for: nobody sits a paper here.
func (s shippedSource) Version(context.Context, string, int) (publish.Version, error) {
	return publish.Version{}, fs.ErrNotExist
}
