package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/api"
)

const (
	homePath      = api.Base + "/home"
	serverCore    = 0
	clientCore    = 1
	connections   = "64"
	nginxSettings = `daemon off; master_process off; worker_processes 1; error_log %[1]s/error.log; pid %[1]s/pid;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  server { listen %[2]s; root %[3]s; }
}
`
)

// contender is one of the servers that share the core.
type contender struct {
	*child
	url, etag string
	rates     []float64 // requests a second, by turn
	perCPU    []float64 // requests a second of its own processor time
}

// reads compares the real server with nginx, bare net/http and encoding at each request, all serving the same bytes.
func (b *bench) reads(ctx context.Context) ([]row, error) {
	if err := readsNeed(); err != nil {
		return nil, err
	}
	files := filepath.Join(b.scratch, "files")
	if err := os.Mkdir(files, 0o755); err != nil {
		return nil, err
	}
	ours, err := b.serveOurs(ctx, serverCore, filepath.Join(b.scratch, "reads"))
	if err != nil {
		return nil, err
	}
	defer ours.end()
	pages, err := b.fetchPages(ctx, ours.address, files)
	if err != nil {
		return nil, err
	}
	nginx, err := b.serveNginx(ctx, files, pages[0].name)
	if err != nil {
		return nil, err
	}
	defer nginx.end()
	bare, err := b.serveFiles(ctx, files, pages[0].name)
	if err != nil {
		return nil, err
	}
	defer bare.end()
	encoding, err := b.serveFiles(ctx, files, pages[0].name, "--encode")
	if err != nil {
		return nil, err
	}
	defer encoding.end()
	var rows []row
	for _, p := range pages {
		of := func(c *child) *contender { return &contender{child: c, url: "http://" + c.address + "/" + p.name} }
		url := "http://" + ours.address + p.path
		race := &race{
			ours: &contender{child: ours, url: url}, again: &contender{child: ours, url: url, etag: p.etag},
			nginx: of(nginx), bare: of(bare), encoding: of(encoding), reference: nginxVersion(ctx),
		}
		if err := b.race(ctx, p, race); err != nil {
			return rows, err
		}
		rows = append(rows, race.rows(p)...)
	}
	return rows, nil
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

// page is what is read: its path here, its file's name there, its bytes.
type page struct {
	title, path, name, etag string
	size                    int
}

// fetchPages puts the bytes our server answers with into files for the others.
func (b *bench) fetchPages(ctx context.Context, address, files string) ([]page, error) {
	var home api.Home
	body, err := get(ctx, "http://"+address+homePath, nil)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(body, &home); err != nil || len(home.Explainers) == 0 {
		return nil, errors.Join(errors.New("首页上没有故事"), err)
	}
	pages := []page{{title: "首页", path: homePath}, {title: "一篇故事", path: api.Base + "/explainers/" + home.Explainers[0].Slug}}
	for i := range pages {
		p := &pages[i]
		header := http.Header{}
		body, err := get(ctx, "http://"+address+p.path, header)
		if err != nil {
			return nil, err
		}
		p.name, p.etag, p.size = path.Base(p.path), header.Get("Etag"), len(body)
		if err := os.WriteFile(filepath.Join(files, p.name), body, 0o644); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// get reads an answer, uncompressed as wrk will; header takes the answer's headers where it is not nil.
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

func (b *bench) serveNginx(ctx context.Context, files, probe string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.scratch, "nginx")
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(settings, fmt.Appendf(nil, nginxSettings, dir, address, files), 0o644); err != nil {
		return nil, err
	}
	return b.serveOther(ctx, address, probe, "nginx", "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", settings)
}

func (b *bench) serveFiles(ctx context.Context, files, probe string, more ...string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	args := append([]string{"serve-bare", "--listen", address, "--dir", files}, more...)
	return b.serveOther(ctx, address, probe, b.self, args...)
}

func (b *bench) serveOther(ctx context.Context, address, probe, name string, args ...string) (*child, error) {
	c, err := b.spawn(ctx, serverCore, name, args...)
	if err != nil {
		return nil, err
	}
	c.address = address
	if err := b.awaitPath(ctx, address, "/"+probe); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// race is everybody who serves a page; again is ours, asked by somebody who has the page.
type race struct {
	ours, again, nginx, bare, encoding *contender
	reference                          string // nginx with its version
}

// race lets everybody serve the page in turns.
func (b *bench) race(ctx context.Context, p page, r *race) error {
	all := []*contender{r.ours, r.nginx, r.bare, r.encoding, r.again}
	for round := range b.rounds {
		b.say("%s 第 %d/%d 轮", p.title, round+1, b.rounds)
		for _, c := range all {
			if err := b.load(ctx, c); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) load(ctx context.Context, c *contender) error {
	seconds := strconv.FormatFloat(max(1, b.turn.Seconds()), 'f', 0, 64)
	args := []string{"-c", strconv.Itoa(clientCore), "wrk", "-t1", "-c" + connections, "-d" + seconds + "s"}
	if c.etag != "" {
		args = append(args, "-H", "If-None-Match: "+c.etag)
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

// parseWrk reads what wrk prints. Answers of 400 and above and broken connections make a measurement worthless; answers
// that came late only make it slow.
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

func (r *race) rows(p page) []row {
	name := fmt.Sprintf("%s（%d 字节）", p.title, p.size)
	return []row{
		compared(name+" ÷ "+r.reference, "次/s", r.ours.rates, r.nginx.rates).needs(ratioOf(0.55)),
		compared("  按处理器时间", "次/s", r.ours.perCPU, r.nginx.perCPU),
		compared("  裸 net/http ÷ nginx", "次/s", r.bare.rates, r.nginx.rates),
		compared("  每次编码 ÷ nginx", "次/s", r.encoding.rates, r.nginx.rates),
		compared("  304 ÷ 我们的 200", "次/s", r.again.rates, r.ours.rates).needs(ratioOf(1)),
		compared("  304 按处理器时间", "次/s", r.again.perCPU, r.ours.perCPU),
	}
}

// nginxVersion names the reference.
func nginxVersion(ctx context.Context) string {
	printed, err := exec.CommandContext(ctx, "nginx", "-v").CombinedOutput()
	if err != nil {
		return "nginx"
	}
	_, name, _ := strings.Cut(strings.TrimSpace(string(printed)), "version: ")
	return name
}

// since is how long something took, in ms.
func since(start time.Time) float64 { return float64(time.Since(start).Microseconds()) / 1000 }
