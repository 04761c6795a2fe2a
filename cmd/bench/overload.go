package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"pugongying/internal/api"
)

const (
	floodConnections = 5000
	usualConnections = 64
	probesPerSecond  = 25 // of each kind
	probePatience    = 30 * time.Second
	calm             = 100 * time.Millisecond // a request that takes no longer is served as usual
	calmInARow       = 10
)

// overload floods the real server with the begin of papers and asks meanwhile for help, as somebody who opens the app, and
// ends sessions, as somebody who leaves. The control is the same server without its order (limits.shed).
func (b *bench) overload(ctx context.Context) ([]row, error) {
	ordered, err := b.flooded(ctx, true)
	if err != nil {
		return nil, err
	}
	loose, err := b.flooded(ctx, false)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("（%d 个连接不停开卷；对照：不分先后）", floodConnections)
	return []row{
		against("求助页和电话 p99"+name, "ms", percentile99(ordered.help), percentile99(loose.help)).needs(atMost(100)),
		against("结束登录 p99", "ms", percentile99(ordered.ends), percentile99(loose.ends)).needs(atMost(200)),
		against("求助和离开没有答上的", "次", float64(ordered.failed), float64(loose.failed)).needs(atMost(0)),
		against("常驻内存最高时", "MB", ordered.memory, loose.memory).needs(atMost(300)),
		against("过后多久和平时一样快", "s", ordered.recovery, loose.recovery).needs(atMost(10)),
		row{name: fmt.Sprintf("开出的卷 ÷ 平时（%d 个连接）", usualConnections), unit: "份/s", ours: ordered.rate, reference: ordered.usual, ratio: ordered.rate / ordered.usual}.needs(ratioOf(0.8)),
		{name: "  请等一会儿再来的", unit: "次/s", ours: ordered.refused, reference: loose.refused},
	}, nil
}

// against is a row with its control beside it.
func against(name, unit string, ours, control float64) row {
	return row{name: name, unit: unit, ours: ours, reference: control}
}

// deluge is what was seen during one flood and after it.
type deluge struct {
	help, ends           []time.Duration
	failed               int
	memory, recovery     float64
	usual, rate, refused float64
	firstFailure         error
	mu                   sync.Mutex
}

// flooded starts a server on its own core, floods it from the other, and watches.
func (b *bench) flooded(ctx context.Context, shed bool) (*deluge, error) {
	b.runs++
	data := filepath.Join(b.scratch, "overload-"+strconv.Itoa(b.runs))
	server, err := b.serve(ctx, b.binary, serverCore, data, "--set", "limits.shed="+strconv.FormatBool(shed))
	if err != nil {
		return nil, err
	}
	defer server.end()
	length := max(b.turn*2, 4*time.Second)
	d := &deluge{}
	usual, err := b.flood(ctx, server.address, usualConnections, length/2, func() {})
	if err != nil {
		return nil, err
	}
	d.usual = float64(usual.Served) / usual.Seconds
	keys, err := sessions(ctx, server.address, int(length.Seconds()*probesPerSecond))
	if err != nil {
		return nil, err
	}
	b.say("%d 个连接，%v，先后 %v", floodConnections, length, shed)
	result, err := b.flood(ctx, server.address, floodConnections, length+time.Second, func() { d.probe(ctx, server.address, keys, length) })
	if err != nil {
		return nil, err
	}
	d.rate, d.refused = float64(result.Served)/result.Seconds, float64(result.Refused)/result.Seconds
	if _, d.memory, err = server.memory(); err != nil {
		return nil, err
	}
	if d.firstFailure != nil {
		b.say("没有答上的第一次：%v", d.firstFailure)
	}
	d.recovery, err = recovery(ctx, server.address)
	return d, err
}

// flood runs this program as one that floods, on the core of the clients, and calls meanwhile once all are connected.
func (b *bench) flood(ctx context.Context, address string, connections int, length time.Duration, meanwhile func()) (f flood, err error) {
	args := []string{"-c", strconv.Itoa(clientCore), b.self, "flood", "--address", address, "--path", api.Base + "/me/daily",
		"--connections", strconv.Itoa(connections), "--seconds", strconv.FormatFloat(length.Seconds(), 'f', 2, 64)}
	command := exec.CommandContext(ctx, "taskset", args...)
	out, err := command.StdoutPipe()
	if err != nil {
		return f, err
	}
	if err := command.Start(); err != nil {
		return f, fmt.Errorf("flood: %w", err)
	}
	printed := bufio.NewReader(out)
	if _, err := printed.ReadString('\n'); err == nil {
		meanwhile()
	}
	rest, err := io.ReadAll(printed)
	if err = errors.Join(err, command.Wait()); err != nil {
		return f, fmt.Errorf("flood: %w", err)
	}
	return f, json.Unmarshal(rest, &f)
}

// sessions signs guests in and returns the keys that end their sessions.
func sessions(ctx context.Context, address string, n int) ([]string, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}}
	defer client.CloseIdleConnections()
	keys := make([]string, n)
	_, err := spread(loadClients, n, func(i int) error {
		var one api.SignedIn
		err := post(ctx, client, "http://"+address+api.Base+"/sessions", map[string]any{"provider": "guest"}, &one)
		keys[i] = one.EndKey
		return err
	})
	return keys, err
}

// probe asks for help and leaves, at a steady rate, whether or not the ones before were answered; every second person comes
// on a connection of her own.
func (d *deluge) probe(ctx context.Context, address string, keys []string, length time.Duration) {
	lasting := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: loadClients}, Timeout: probePatience}
	defer lasting.CloseIdleConnections()
	fresh := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: probePatience}
	help := []string{"/", api.Base + "/hotlines"}
	var group sync.WaitGroup
	begun := time.Now()
	for i, key := range keys {
		time.Sleep(time.Until(begun.Add(length * time.Duration(i) / time.Duration(len(keys)))))
		client := lasting
		if i%2 == 0 {
			client = fresh
		}
		group.Go(func() {
			body, _ := json.Marshal(map[string]string{"key": key}) // a string can be encoded
			d.timed(&d.ends, client, newRequest(ctx, http.MethodPost, "http://"+address+api.Base+"/sessions/end", bytes.NewReader(body)))
		})
		group.Go(func() {
			d.timed(&d.help, client, newRequest(ctx, http.MethodGet, "http://"+address+help[i/2%2], http.NoBody))
		})
	}
	group.Wait()
}

func newRequest(ctx context.Context, method, url string, body io.Reader) *http.Request {
	r, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		panic(err) // the addresses are our own
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/html, application/json")
	return r
}

// timed sends a request and notes how long it took, or that it failed.
func (d *deluge) timed(to *[]time.Duration, client *http.Client, r *http.Request) {
	start := time.Now()
	answer, err := client.Do(r)
	if err == nil {
		_, err = io.Copy(io.Discard, answer.Body)
		err = errors.Join(err, answer.Body.Close())
	}
	if err == nil && answer.StatusCode >= http.StatusBadRequest {
		err = fmt.Errorf("%w %d: %s", errStatus, answer.StatusCode, r.URL.Path)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	*to = append(*to, time.Since(start))
	if err != nil {
		d.failed++
		if d.firstFailure == nil {
			d.firstFailure = err
		}
	}
}

// recovery is how long after a flood the server serves as usual again what waits longest, in s.
func recovery(ctx context.Context, address string) (float64, error) {
	client := &http.Client{Timeout: probePatience}
	defer client.CloseIdleConnections()
	begun := time.Now()
	for served := 0; served < calmInARow; {
		if time.Since(begun) > time.Minute {
			return 0, errors.New("一分钟以后还没有恢复")
		}
		start := time.Now()
		answer, err := client.Do(newRequest(ctx, http.MethodPost, "http://"+address+api.Base+"/me/daily", strings.NewReader("{}")))
		if err != nil {
			return 0, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if err = errors.Join(err, answer.Body.Close()); err != nil {
			return 0, err
		}
		served++
		if answer.StatusCode != http.StatusCreated || time.Since(start) > calm {
			served = 0
		}
	}
	return since(begun) / 1000, nil
}
