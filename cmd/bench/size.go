package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"debug/elf"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"pugongying/internal/api"
	"pugongying/miniprogram"
)

const (
	starts       = 5
	loadClients  = 20
	loadAttempts = 1500
)

// sizes measures the start, the memory, and what is shipped.
func (b *bench) sizes(ctx context.Context) ([]row, error) {
	rows, err := b.start(ctx)
	if err != nil {
		return rows, err
	}
	binary := row{name: "程序本身（去掉符号）", unit: "MB"}.needs(atMost(50))
	if binary.ours, err = strippedSize(b.binary); err != nil {
		binary.missing = err.Error()
	}
	load := row{name: "H5 第一次打开，压缩后", unit: "kB"}.needs(atMost(150))
	if load.ours, err = firstLoad(miniprogram.Site()); err != nil {
		load.missing = err.Error()
	}
	main := row{name: "小程序主包", unit: "kB"}.needs(atMost(500))
	if main.ours, err = mainPackage(os.DirFS(b.weixin)); err != nil {
		main.missing = err.Error()
	}
	asked := row{name: "第一屏之前的请求", missing: "在 make e2e 里数"}.needs(atMost(2))
	return append(rows, binary, load, main, asked), nil
}

// start measures first and later starts on fresh folders, and the memory of the last one under load.
func (b *bench) start(ctx context.Context) ([]row, error) {
	var first, later []float64
	var resting, loaded, highest float64
	for i := range starts {
		b.say("启动 第 %d/%d 次", i+1, starts)
		data := filepath.Join(b.scratch, fmt.Sprintf("start-%d", i))
		for _, times := range []*[]float64{&first, &later} {
			begun := time.Now()
			c, err := b.serveOurs(ctx, anyCore, data)
			if err != nil {
				return nil, err
			}
			*times = append(*times, since(begun)/1000)
			if times == &later && i == starts-1 {
				resting, err = c.anonymous()
				err = errors.Join(err, mixedLoad(ctx, c.address))
				var failed error
				loaded, failed = c.anonymous()
				_, highest, _ = c.memory()
				err = errors.Join(err, failed)
			}
			c.end()
			if err != nil {
				return nil, err
			}
		}
	}
	return []row{
		row{name: "第一次启动到能用（5 次的中间）", unit: "s", ours: median(first)}.needs(atMost(1.5)),
		row{name: "以后启动到能用（5 次的中间）", unit: "s", ours: median(later)}.needs(atMost(1.5)),
		row{name: "匿名内存，刚启动", unit: "MB", ours: resting}.needs(atMost(25)),
		row{name: fmt.Sprintf("匿名内存，%d 次混合使用之后", loadAttempts), unit: "MB", ours: loaded}.needs(atMost(40)),
		{name: "  常驻内存最高时", unit: "MB", ours: highest},
	}, nil
}

// mixedLoad lets people open the home page and a story, take a topic quiz and submit it.
func mixedLoad(ctx context.Context, address string) error {
	base := "http://" + address + api.Base
	var home api.Home
	body, err := get(ctx, base+"/home", nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, &home); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}}
	defer client.CloseIdleConnections()
	var turn atomic.Int64
	_, err = spread(loadClients, loadAttempts, func(int) error {
		n := int(turn.Add(1))
		story, topic := home.Explainers[n%len(home.Explainers)].Slug, home.Topics[n%len(home.Topics)].Slug
		for _, path := range []string{"/home", "/explainers/" + story, "/quizzes/" + topic} {
			if _, err := get(ctx, base+path, nil); err != nil {
				return err
			}
		}
		var begun api.Attempt
		if err := post(ctx, client, base+"/quizzes/"+topic+"/attempts", map[string]any{}, &begun); err != nil {
			return err
		}
		answers := map[string][]string{}
		for _, q := range begun.Questions {
			answers[q.ID] = []string{q.Options[0].ID}
		}
		return post(ctx, client, base+"/attempts/"+begun.ID+"/submission", map[string]any{"answers": answers}, new(api.Result))
	})
	return err
}

func post(ctx context.Context, client *http.Client, url string, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(data))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%w %d: %s", errStatus, response.StatusCode, url)
	}
	return json.NewDecoder(response.Body).Decode(into)
}

// strippedSize is the size of a binary without symbols, in MB; a binary that has them is an error, because its size is not
// comparable.
func strippedSize(name string) (float64, error) {
	f, err := elf.Open(name)
	if err != nil {
		return 0, fmt.Errorf("读不了这个程序：%w", err)
	}
	defer f.Close()
	if f.Section(".symtab") != nil {
		return 0, errors.New("这个程序没有去掉符号，请用 make build")
	}
	info, err := os.Stat(name)
	if err != nil {
		return 0, err
	}
	return float64(info.Size()) / 1e6, nil
}

var (
	assetInPage = regexp.MustCompile(`(?:src|href)="\./(assets/[^"]+)"`)
	mappedFiles = regexp.MustCompile(`__vite__mapDeps=\([^\[]*\[([^\]]*)\]`)
	mapping     = regexp.MustCompile(`import\("\./(pages-home-home\.[\w-]+\.js)"\),__vite__mapDeps\(\[([\d,]*)\]\)`)
)

// firstLoad is what a browser downloads until the home page is shown, in kB as transferred: the page, what it names, and
// the home page's own chunk with everything the bundler loads beside it.
func firstLoad(site fs.FS) (float64, error) {
	index, err := fs.ReadFile(site, "index.html")
	if err != nil {
		return 0, err
	}
	fetched := map[string]bool{"index.html": true}
	for _, m := range assetInPage.FindAllStringSubmatch(string(index), -1) {
		fetched[m[1]] = true
	}
	if len(fetched) == 1 {
		return 0, errors.New("这个程序里没有编好的 H5（make miniprogram）")
	}
	if err := addHome(site, fetched); err != nil {
		return 0, err
	}
	total := 0
	for name := range fetched {
		n, err := zippedSize(site, name)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return float64(total) / 1000, nil
}

// addHome adds the home page's chunk and what the bundler's map says is loaded with it.
func addHome(site fs.FS, fetched map[string]bool) error {
	for name := range fetched {
		if path.Ext(name) != ".js" {
			continue
		}
		script, err := fs.ReadFile(site, name)
		if err != nil {
			return err
		}
		files, home := mappedFiles.FindSubmatch(script), mapping.FindSubmatch(script)
		if files == nil || home == nil {
			continue
		}
		names := strings.Split(strings.ReplaceAll(string(files[1]), `"`, ""), ",")
		for index := range strings.SplitSeq(string(home[2]), ",") {
			var i int
			if _, err := fmt.Sscan(index, &i); err != nil || i >= len(names) {
				return errors.New("H5 的脚本里看不懂首页要哪些文件")
			}
			fetched["assets/"+strings.TrimPrefix(names[i], "./")] = true
		}
		fetched["assets/"+string(home[1])] = true
		return nil
	}
	return errors.New("H5 的脚本里找不到首页")
}

func zippedSize(site fs.FS, name string) (int, error) {
	data, err := fs.ReadFile(site, name)
	if err != nil {
		return 0, err
	}
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	_, err = z.Write(data)
	err = errors.Join(err, z.Close()) // what the compressor still buffers is written at the end
	return min(len(data), zipped.Len()), err
}

// mainPackage is the WeChat package without its sub-packages, in kB.
func mainPackage(dir fs.FS) (float64, error) {
	data, err := fs.ReadFile(dir, "app.json")
	if err != nil {
		return 0, errors.New("没有编好的小程序（make miniprogram）")
	}
	var app struct {
		SubPackages []struct{ Root string }
	}
	if err := json.Unmarshal(data, &app); err != nil {
		return 0, err
	}
	var total int64
	err = fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			for _, sub := range app.SubPackages {
				if strings.TrimSuffix(sub.Root, "/") == name && err == nil {
					return fs.SkipDir
				}
			}
			return err
		}
		info, err := entry.Info()
		if err == nil {
			total += info.Size()
		}
		return err
	})
	return float64(total) / 1000, err
}
