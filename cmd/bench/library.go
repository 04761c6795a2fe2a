package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"pugongying/internal/api"
	"pugongying/internal/law"
)

// The generated library is as large as the public ones, in laws and in articles.
const (
	libraryLaws     = 3000
	libraryArticles = 47
	indexPatience   = 10 * time.Minute
)

// generateLaws writes invented laws into a folder; every text is different, and as long as an article is on average.
func generateLaws(folder, from string, laws, articles int) error {
	for i := range laws {
		var text strings.Builder
		fmt.Fprintf(&text, "<!-- 第%d号风筝条例 | 公布：2015-12-27 | 施行：%s | 来源：invented | 状态：现行有效 -->\n\n", i, from)
		for j := range articles {
			fmt.Fprintf(&text, "**第%s条**　第%d号条例的第%d句（%.4s）：放风筝的人应当看好线轴，%s\n\n", law.Numeral(j+1), i, j, from, strings.Repeat("风大的日子不放，", 1+(i+j)%6)+"线断了自己去找。")
		}
		dir := filepath.Join(folder, fmt.Sprint(i%50))
		if err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".md")), []byte(text.String()), 0o600)); err != nil {
			return err
		}
	}
	return nil
}

// library imports a whole library, starts on it and reads its articles.
func (b *bench) library(ctx context.Context) ([]row, error) {
	folder := filepath.Join(b.scratch, "laws")
	b.say("写 %d 部法律", libraryLaws)
	if err := generateLaws(folder, "2016-03-01", libraryLaws, libraryArticles); err != nil {
		return nil, err
	}
	data := filepath.Join(b.scratch, "library")
	rows, err := b.importLibrary(ctx, "收进法律", b.binary, folder, data)
	if err != nil {
		return nil, err
	}
	if b.against != "" {
		more, err := b.importLibrary(ctx, "  另一版：收进法律", b.against, folder, filepath.Join(b.scratch, "library-against"))
		if err != nil {
			more = []row{{name: "  另一版：收进法律", missing: err.Error()}}
		}
		for i := range more {
			more[i].goal = goal{}
		}
		rows = append(rows, more...)
	}
	begun := time.Now()
	server, err := b.serveOurs(ctx, serverCore, data)
	if err != nil {
		return rows, err
	}
	defer server.end()
	rows = append(rows, row{name: "启动到能用", unit: "s", ours: since(begun) / 1000}.needs(atMost(1.5)))
	if err := b.awaitSearch(ctx, server.address); err != nil {
		return rows, err
	}
	rows = append(rows, row{name: "  搜索能用（同一个核，边整理边服务）", unit: "s", ours: since(begun) / 1000})
	if err := readsNeed(); err != nil {
		return append(rows, row{name: "一条", goal: ratioOf(0.9), missing: err.Error()}), nil
	}
	more, err := b.articleReads(ctx, server)
	return append(rows, more...), err
}

// awaitSearch waits until the index is built: on one core, building would compete with the reads that are measured.
func (b *bench) awaitSearch(ctx context.Context, address string) error {
	b.say("等搜索整理好")
	ctx, cancel := context.WithTimeout(ctx, indexPatience)
	defer cancel()
	for {
		if _, err := get(ctx, "http://"+address+searchPath+url.QueryEscape("风筝"), nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// importLibrary runs law import by itself and measures its time and memory.
func (b *bench) importLibrary(ctx context.Context, name, binary, folder, data string) ([]row, error) {
	b.say("%s（%s）", name, binary)
	command := exec.CommandContext(ctx, binary, "law", "import", folder, "--data", data)
	begun := time.Now()
	printed, err := command.CombinedOutput()
	took := time.Since(begun)
	if err != nil {
		return nil, fmt.Errorf("law import：%w：%s", err, printed[max(0, len(printed)-300):])
	}
	rows := []row{row{
		name: fmt.Sprintf("%s（%d 条）", name, libraryLaws*libraryArticles), unit: "条/s",
		ours: libraryLaws * libraryArticles / took.Seconds(),
	}.needs(atLeast(25_000))}
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok {
		rows = append(rows, row{name: "  最高内存", unit: "MB", ours: float64(usage.Maxrss) * 1024 / 1e6}.needs(atMost(200)))
	}
	return rows, nil
}

// missScript lets wrk ask for another article each time.
const missScript = `local n = 0
request = function()
  n = n + 1
  local law = (n * 7919) %% %d
  return wrk.format("GET", paths[law + 1] .. (1 + math.floor(n / %d) %% %d))
end
`

// articleReads reads one article again and again, then a different one each time, and compares with net/http serving the
// same bytes.
func (b *bench) articleReads(ctx context.Context, server *child) ([]row, error) {
	slugs, err := b.slugs(ctx, server.address)
	if err != nil {
		return nil, err
	}
	warm := api.Base + "/laws/" + slugs[0] + "/articles/1"
	body, err := get(ctx, "http://"+server.address+warm, nil)
	if err != nil {
		return nil, err
	}
	files := filepath.Join(b.scratch, "article")
	if err := errors.Join(os.Mkdir(files, 0o755), os.WriteFile(filepath.Join(files, "article"), body, 0o644)); err != nil {
		return nil, err
	}
	bare, err := b.serveFiles(ctx, files, "article")
	if err != nil {
		return nil, err
	}
	defer bare.end()
	script := filepath.Join(b.scratch, "miss.lua")
	paths := make([]string, len(slugs))
	for i, slug := range slugs {
		paths[i] = fmt.Sprintf("%q", api.Base+"/laws/"+slug+"/articles/")
	}
	text := "paths = {" + strings.Join(paths, ",") + "}\n" + fmt.Sprintf(missScript, len(slugs), len(slugs), libraryArticles)
	if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
		return nil, err
	}
	again := &contender{child: server, url: "http://" + server.address + warm}
	other := &contender{child: server, url: "http://" + server.address + warm, script: script}
	reference := &contender{child: bare, url: "http://" + bare.address + "/article"}
	for round := range b.rounds {
		b.say("条文 第 %d/%d 轮", round+1, b.rounds)
		for _, c := range []*contender{again, reference, other} {
			if err := b.load(ctx, c); err != nil {
				return nil, err
			}
		}
	}
	return []row{
		compared("同一条 ÷ 裸 net/http", "次/s", again.rates, reference.rates).needs(ratioOf(0.9)),
		compared("每次另一条（缓存里没有）÷ 裸 net/http", "次/s", other.rates, reference.rates).needs(ratioOf(0.3)),
	}, nil
}

// slugs are the addresses of the generated laws.
func (b *bench) slugs(ctx context.Context, address string) (slugs []string, err error) {
	for after := ""; ; {
		body, err := get(ctx, "http://"+address+api.Base+"/laws?limit=50&after="+url.QueryEscape(after), nil)
		if err != nil {
			return nil, err
		}
		var page api.Page[api.LawBrief]
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		for _, l := range page.Items {
			if strings.Contains(l.Title, "号风筝条例") {
				slugs = append(slugs, l.Law)
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(slugs) == 0 {
		return nil, errors.New("收进的法律不在列表里")
	}
	return slugs, nil
}
