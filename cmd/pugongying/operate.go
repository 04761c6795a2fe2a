package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/ledger"
	"pugongying/internal/seal"
	"pugongying/internal/web"
)

// ask speaks to the server that runs on this data folder.
func ask(ctx context.Context, c config.Config, method, path string, into any) error {
	return send(ctx, c, operatorRequest{method: method, path: path}, into)
}

// operatorRequest is what a command asks of the running server.
type operatorRequest struct {
	method, path string
	body         io.Reader
}

func send(ctx context.Context, c config.Config, r operatorRequest, into any) error {
	client := operatorClient(c)
	client.Timeout = 10 * time.Minute
	defer client.CloseIdleConnections()
	request, err := http.NewRequestWithContext(ctx, r.method, "http://pugongying"+r.path, r.body)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("没有连上正在运行的 pugongying（data 目录 %s）：先启动 serve，或者用 --data 指对目录：%w", c.Data, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("没有做成：%s", body)
	}
	return json.Unmarshal(body, into)
}

// operatorClient speaks through the socket of the server that runs on this data folder.
func operatorClient(c config.Config) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(c.Data, socketName))
		},
	}}
}

func ledgerCommand(ctx context.Context, in invocation) error {
	c, words, err := optionsAfter("ledger", in)
	if err != nil {
		return err
	}
	switch words {
	case "verify":
		var r ledger.Report
		if err := ask(ctx, c, http.MethodPost, "/ledger/verify", &r); err != nil {
			return err
		}
		fmt.Fprintf(in.out, "明细 %d 条，其中 %d 条还没有计入；合计 %d 项，对不上的 %d 项\n", r.Lines, r.Untallied, r.Totals, len(r.Differences))
		for _, d := range r.Differences {
			fmt.Fprintf(in.out, "  %+v\n", d)
		}
		if !r.Equal() {
			return errors.New("合计和明细不一致：用 pugongying ledger rebuild 按明细重算")
		}
		return nil
	case "rebuild":
		var done map[string]bool
		if err := ask(ctx, c, http.MethodPost, "/ledger/rebuild", &done); err != nil {
			return err
		}
		_, err := fmt.Fprintln(in.out, "已经按明细重算")
		return err
	}
	return errors.New("写 ledger verify 或 ledger rebuild")
}

// audioCommand hands a recording to the running server, which checks and stores it.
func audioCommand(ctx context.Context, in invocation) error {
	if len(in.args) < 2 || in.args[0] != "add" {
		return errors.New("写 audio add 录音文件")
	}
	file := in.args[1]
	in.args = in.args[2:]
	c, _, err := options("audio", in)
	if err != nil {
		return err
	}
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("打不开录音：%w", err)
	}
	defer f.Close()
	var stored map[string]string
	name := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	if err := send(ctx, c, operatorRequest{http.MethodPost, "/audio/" + url.PathEscape(name), f}, &stored); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "存好了。故事里写 audio: %s\n", stored["audio"])
	return err
}

// optionsAfter reads a command's one word, then its flags.
func optionsAfter(name string, in invocation) (config.Config, string, error) {
	word := ""
	if len(in.args) > 0 {
		word, in.args = in.args[0], in.args[1:]
	}
	c, rest, err := options(name, in)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%s 不认识 %q", name, rest[0])
	}
	return c, word, err
}

func keyCommand(_ context.Context, in invocation) error {
	if len(in.args) != 2 {
		return errors.New("写 key create 文件 或 key rotate 文件")
	}
	path := in.args[1]
	switch in.args[0] {
	case "create":
		keys, err := seal.Create(path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.out, "根密钥写进了 %s（%s）。请另存一份离线的：丢了它，封存的内容就再也打不开。\n", path, keys.Describe())
		return err
	case "rotate":
		keys, err := seal.Rotate(path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(in.out, "%s 里加了一把新的主密钥（%s）。旧的还在，旧内容照常能打开。\n", path, keys.Describe())
		return err
	}
	return errors.New("写 key create 文件 或 key rotate 文件")
}

// printOpenAPI describes the doors without opening any engine: no operation is called.
func printOpenAPI(_ context.Context, in invocation) error {
	engine, err := web.NewEngine(web.Options{Log: newLogger(config.Default().Log, io.Discard), Metrics: prometheus.NewRegistry()})
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(in.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(api.Describe(engine).OpenAPI())
}
