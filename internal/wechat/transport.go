package wechat

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// Host is the only host this package ever speaks to.
const Host = "api.weixin.qq.com"

// Timeout bounds one request to WeChat, reading its answer included.
const Timeout = 3 * time.Second

// maxReply bounds an answer: the largest honest one is the picture of a code, far below this.
const maxReply = 2 << 20

var (
	errHost     = errors.New("wechat: a request to another host was refused")
	errRedirect = errors.New("wechat: a redirect was refused")
	errTooLong  = errors.New("wechat: the answer was too long")
)

// Install makes the one HTTP client that the SDK uses: three seconds, no redirects, one host, bounded answers. With fake
// set (the sandbox) no request leaves the process; with nil it goes to WeChat. The SDK's client is a variable of the
// whole process, so Install is called once, by the wiring or by TestMain, before the first request.
func Install(fake http.Handler) {
	install(fake, Timeout)
}

func install(fake http.Handler, timeout time.Duration) {
	next := http.RoundTripper(inProcess{fake})
	if fake == nil {
		next = overNetwork()
	}
	util.DefaultHTTPClient = &http.Client{
		Transport: onlyWeChat{next},
		Timeout:   timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errRedirect
		},
	}
}

func overNetwork() http.RoundTripper {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: Timeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    Timeout,
		ResponseHeaderTimeout:  Timeout,
		MaxResponseHeaderBytes: 64 << 10,
		MaxIdleConnsPerHost:    16,
		IdleConnTimeout:        90 * time.Second,
		ForceAttemptHTTP2:      true,
	}
}

// onlyWeChat lets requests to one host pass and cuts long answers.
type onlyWeChat struct{ next http.RoundTripper }

func (t onlyWeChat) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" || r.URL.Host != Host {
		return nil, errHost
	}
	if r.Body == nil {
		r = r.Clone(r.Context())
		r.Body = http.NoBody
	}
	answer, err := t.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	answer.Body = &bounded{ReadCloser: answer.Body, left: maxReply}
	return answer, nil
}

// bounded fails, instead of ending silently, when more than left bytes come.
type bounded struct {
	io.ReadCloser
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLong
	}
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n, errTooLong
	}
	return n, err
}

// inProcess answers requests by calling a handler.
type inProcess struct{ fake http.Handler }

func (t inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	answer := &answer{header: http.Header{}, status: http.StatusOK}
	done := make(chan error, 1)
	go func() { done <- serve(t.fake, answer, r.Clone(ctx)) }()
	select {
	case err := <-done:
		if err != nil {
			return nil, err
		}
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	return &http.Response{
		Status: http.StatusText(answer.status), StatusCode: answer.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: answer.header, Body: io.NopCloser(&answer.body), ContentLength: int64(answer.body.Len()), Request: r,
	}, nil
}

func serve(fake http.Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		_ = r.Body.Close()
		if p := recover(); p != nil {
			err = fmt.Errorf("wechat: the handler in process panicked: %T", p)
		}
	}()
	fake.ServeHTTP(w, r)
	return nil
}

// answer is what a handler in process wrote. Only its own goroutine touches it until the handler is done.
type answer struct {
	header http.Header
	body   bytes.Buffer
	status int
	sent   bool
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if !a.sent {
		a.status, a.sent = status, true
	}
}

func (a *answer) Write(p []byte) (int, error) {
	a.sent = true
	if a.body.Len() > maxReply {
		return 0, errTooLong
	}
	return a.body.Write(p)
}
