package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/api"
)

const (
	homePath    = api.Base + "/home"
	serverCore  = 0
	clientCore  = 1
	connections = "64"
)

// contender is one of the servers that share the core, asked for one page.
type contender struct {
	*child
	url    string
	header string    // sent with every request; "" for none
	script string    // of wrk, that writes other requests; "" for none
	rates  []float64 // requests a second, one value per round
	perCPU []float64 // requests a second of its own processor time
}

// peers are the servers that answer with the same bytes.
type peers struct{ ours, nginx, bare, proxy, against *child }

// reads compares every published read of the real server with nginx and with bare net/http, all serving the same bytes
// from one core, and with nginx in front of the real server, caching as in configs/nginx.conf.
func (b *bench) reads(ctx context.Context) (rows []row, err error) {
	if err := readsNeed(); err != nil {
		return nil, err
	}
	files := filepath.Join(b.scratch, "files")
	if err := os.Mkdir(files, 0o755); err != nil {
		return nil, err
	}
	p := &peers{}
	defer func() {
		for _, c := range []*child{p.ours, p.nginx, p.bare, p.proxy, p.against} {
			if c != nil {
				c.end()
			}
		}
	}()
	data := filepath.Join(b.scratch, "reads")
	if err := b.importTwice(ctx, b.binary, data); err != nil {
		return nil, err
	}
	if p.ours, err = b.serveOurs(ctx, serverCore, data); err != nil {
		return nil, err
	}
	if err := b.awaitSearch(ctx, p.ours.address); err != nil {
		return nil, err
	}
	pages, err := b.fetchPages(ctx, p.ours.address, files)
	if err != nil {
		return nil, err
	}
	if p.nginx, err = b.serveNginx(ctx, files, pages[0].name); err != nil {
		return nil, err
	}
	if p.bare, err = b.serveFiles(ctx, files, pages[0].name); err != nil {
		return nil, err
	}
	var missing []row
	if p.proxy, err = b.serveProxy(ctx, p.ours.address); err != nil {
		missing = append(missing, row{name: "configs/nginx.conf 的缓存 ÷ nginx", goal: ratioOf(0.9), missing: err.Error()})
	}
	if b.against != "" {
		data := filepath.Join(b.scratch, "against")
		if err := b.importTwice(ctx, b.against, data); err != nil {
			return nil, err
		}
		if p.against, err = b.serve(ctx, b.against, serverCore, data); err != nil {
			return nil, err
		}
	}
	for _, page := range pages {
		more, err := b.race(ctx, page, p)
		if err != nil {
			return rows, err
		}
		rows = append(rows, more...)
	}
	return append(rows, missing...), nil
}

// importTwice gives a data folder some laws in two versions: reads of laws need texts, and their changes two of them.
func (b *bench) importTwice(ctx context.Context, binary, data string) error {
	for _, from := range []string{"2016-03-01", "2024-03-01"} {
		folder := filepath.Join(data+"-laws", from)
		if err := generateLaws(folder, from, 40, 30); err != nil {
			return err
		}
		if printed, err := exec.CommandContext(ctx, binary, "law", "import", folder, "--data", data).CombinedOutput(); err != nil {
			return fmt.Errorf("law import：%w：%s", err, printed[max(0, len(printed)-300):])
		}
	}
	return nil
}

// readsNeed says what is missing for a comparison on one core.
func readsNeed() error {
	if runtime.NumCPU() < 2 {
		return errors.New("要两个核：一个给服务器，一个给 wrk")
	}
	for _, tool := range []string{"taskset", "wrk", "nginx"} {
		if _, err := exec.LookPath(tool); err != nil {
			return fmt.Errorf("没有 %s（make bench 会装）", tool)
		}
	}
	return nil
}

// page is what is read: its path, its file's name at the other servers, its ETag and size.
type page struct {
	title, path, name, etag string
	size                    int
}

// published are the published reads; the server is asked for the slugs and ids of the shipped content.
func (b *bench) published(ctx context.Context, address string) ([]page, error) {
	var home api.Home
	body, err := get(ctx, "http://"+address+homePath, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &home); err != nil || len(home.Explainers) == 0 || len(home.Topics) == 0 {
		return nil, errors.Join(errors.New("首页上没有故事"), err)
	}
	pages := []page{{title: "首页", path: "/home"}, {title: "故事列表", path: "/explainers"}, {title: "一篇故事", path: "/explainers/" + home.Explainers[0].Slug}}
	slugs, err := b.slugs(ctx, address)
	if err != nil {
		return nil, err
	}
	one := "/laws/" + slugs[0]
	pages = append(pages, []page{
		{title: "法律列表", path: "/laws"}, {title: "一部法律", path: one}, {title: "一条", path: one + "/articles/3"}, {title: "两个版本的比较", path: one + "/changes"},
		{title: "题组", path: "/quizzes"}, {title: "一组题", path: "/quizzes/" + home.Topics[0].Slug},
		{title: "电话", path: "/hotlines"}, {title: "地区", path: "/regions"},
	}...)
	for i := range pages {
		pages[i].path = api.Base + pages[i].path
	}
	return pages, nil
}

// fetchPages writes the bytes our server answers with into files for the other servers, compressed ones beside them.
func (b *bench) fetchPages(ctx context.Context, address, files string) ([]page, error) {
	pages, err := b.published(ctx, address)
	if err != nil {
		return nil, err
	}
	for i := range pages {
		p := &pages[i]
		header := http.Header{}
		body, err := get(ctx, "http://"+address+p.path, header)
		if err != nil {
			return nil, err
		}
		p.name, p.etag, p.size = strings.ReplaceAll(strings.Trim(p.path, "/"), "/", "-"), header.Get("Etag"), len(body)
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		_, err = z.Write(body)
		file := filepath.Join(files, p.name)
		err = errors.Join(err, z.Close(), os.WriteFile(file, body, 0o644), os.WriteFile(file+".gz", zipped.Bytes(), 0o644))
		if err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// race lets every contender serve the page, in alternating rounds.
func (b *bench) race(ctx context.Context, p page, s *peers) ([]row, error) {
	of := func(c *child, header string) *contender {
		return &contender{child: c, url: "http://" + c.address + "/" + p.name, header: header}
	}
	at := func(c *child, header string) *contender {
		return &contender{child: c, url: "http://" + c.address + p.path, header: header}
	}
	ours, nginx, bare := at(s.ours, ""), of(s.nginx, ""), of(s.bare, "")
	again, zipped, theirs := at(s.ours, "If-None-Match: "+p.etag), at(s.ours, acceptGzip), of(s.nginx, acceptGzip)
	all := []*contender{ours, nginx, bare, again, zipped, theirs}
	var proxied, before *contender
	if s.proxy != nil {
		proxied = at(s.proxy, "")
		all = append(all, proxied)
	}
	if s.against != nil {
		before = at(s.against, "")
		all = append(all, before)
	}
	for round := range b.rounds {
		b.say("%s 第 %d/%d 轮", p.title, round+1, b.rounds)
		for _, c := range all {
			if err := b.load(ctx, c); err != nil {
				return nil, err
			}
		}
	}
	name := fmt.Sprintf("%s（%d 字节）", p.title, p.size)
	// The goals hold per second of a server's own processor time: by the wall clock, whoever else uses the core (and wrk,
	// which is the slower one above 80,000 answers a second) is measured too.
	rows := []row{
		compared(name+" ÷ 裸 net/http", "次/s", ours.perCPU, bare.perCPU).needs(ratioOf(0.9)),
		compared("  ÷ nginx", "次/s", ours.perCPU, nginx.perCPU).needs(ratioOf(0.55)),
		compared("  ÷ nginx，按钟点", "次/s", ours.rates, nginx.rates),
		compared("  压缩 ÷ nginx gzip_static", "次/s", zipped.perCPU, theirs.perCPU).needs(ratioOf(0.55)),
		compared("  304 ÷ 我们的 200", "次/s", again.perCPU, ours.perCPU).needs(ratioOf(1)),
	}
	if proxied != nil {
		rows = append(rows, compared("  configs/nginx.conf 的缓存 ÷ nginx", "次/s", proxied.perCPU, nginx.perCPU).needs(ratioOf(0.9)))
	}
	if before != nil {
		rows = append(rows, compared("  ÷ 另一版", "次/s", ours.perCPU, before.perCPU))
	}
	return rows, nil
}

// acceptGzip asks for a zipped answer.
const acceptGzip = "Accept-Encoding: gzip"

func (b *bench) load(ctx context.Context, c *contender) error {
	seconds := strconv.FormatFloat(max(1, b.turn.Seconds()), 'f', 0, 64)
	args := []string{"-c", strconv.Itoa(clientCore), "wrk", "-t1", "-c" + connections, "-d" + seconds + "s"}
	if c.header != "" {
		args = append(args, "-H", c.header)
	}
	if c.script != "" {
		args = append(args, "-s", c.script)
	}
	before := c.cpu()
	printed, err := exec.CommandContext(ctx, "taskset", append(args, c.url)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("wrk: %w: %s", err, printed)
	}
	worked := c.cpu() - before
	requests, rate, err := parseWrk(string(printed))
	if err != nil {
		return err
	}
	c.rates = append(c.rates, rate)
	if worked > 0 {
		c.perCPU = append(c.perCPU, float64(requests)/worked.Seconds())
	}
	return nil
}

var (
	wrkRequests = regexp.MustCompile(`(\d+) requests in`)
	wrkRate     = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkSockets  = regexp.MustCompile(`Socket errors: connect (\d+), read (\d+), write (\d+)`)
)

// parseWrk reads the output of wrk. Answers of 400 and above and broken connections make a measurement worthless; late
// answers only make it slow.
func parseWrk(printed string) (requests int, rate float64, err error) {
	total, perSecond := wrkRequests.FindStringSubmatch(printed), wrkRate.FindStringSubmatch(printed)
	if total == nil || perSecond == nil {
		return 0, 0, fmt.Errorf("wrk 的输出看不懂：%s", printed)
	}
	sockets := wrkSockets.FindStringSubmatch(printed)
	if strings.Contains(printed, "Non-2xx") || sockets != nil && strings.Join(sockets[1:], "") != "000" {
		return 0, 0, fmt.Errorf("wrk 遇到了错误：%s", printed)
	}
	if requests, err = strconv.Atoi(total[1]); err == nil {
		rate, err = strconv.ParseFloat(perSecond[1], 64)
	}
	if err == nil && requests == 0 {
		err = errors.New("wrk 没有收到一个回答")
	}
	return requests, rate, err
}

// since is how long something took, in ms.
func since(start time.Time) float64 { return float64(time.Since(start).Microseconds()) / 1000 }

// get reads an answer uncompressed, as wrk does; where header is not nil, it receives the answer's headers.
func get(ctx context.Context, url string, header http.Header) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept-Encoding", "identity")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	for name, values := range response.Header {
		if header != nil {
			header[name] = values
		}
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%w %d: %s", errStatus, response.StatusCode, url)
	}
	return io.ReadAll(response.Body)
}
