package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"pugongying/cmd/internal/app"
)

const nginxSettings = `daemon off; master_process off; worker_processes 1; error_log %[1]s/error.log; pid %[1]s/pid;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi; uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  %[2]s
}
`

func (b *bench) serveNginx(ctx context.Context, files, probe string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	server := fmt.Sprintf("server { listen %s; root %s; gzip_static on; }", address, files)
	return b.startNginx(ctx, address, probe, "static", server)
}

func (b *bench) serveFiles(ctx context.Context, files, probe string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	return b.serveOther(ctx, address, probe, b.self, "serve-bare", "--listen", address, "--dir", files)
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

// startNginx starts an nginx of one worker with a server block, and waits until it answers a path.
func (b *bench) startNginx(ctx context.Context, address, probe, name, server string) (*child, error) {
	dir := filepath.Join(b.scratch, "nginx-"+name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	settings := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(settings, fmt.Appendf(nil, nginxSettings, dir, server), 0o644); err != nil {
		return nil, err
	}
	return b.serveOther(ctx, address, probe, "nginx", "-p", dir, "-e", filepath.Join(dir, "error.log"), "-c", settings)
}

// serveProxy starts nginx in front of our server as configs/nginx.conf sets it up: its cache and its proxy settings,
// without TLS and without the rate limit, which wrk would hit.
func (b *bench) serveProxy(ctx context.Context, ours string) (*child, error) {
	conf, err := os.ReadFile(filepath.Join("configs", "nginx.conf"))
	if err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	server, err := proxyServer(string(conf), address, ours, filepath.Join(b.scratch, "nginx-cache"))
	if err != nil {
		return nil, err
	}
	return b.startNginx(ctx, address, strings.TrimPrefix(homePath, "/"), "proxy", server)
}

var (
	tlsOnly     = regexp.MustCompile(`(?m)^\s*(ssl_|limit_req|limit_conn|add_header Strict|error_log|server_name).*\n`)
	redirection = regexp.MustCompile(`(?s)server \{\s*listen 80;.*?\n\}\n`)
	cachePath   = regexp.MustCompile(`proxy_cache_path\s+\S+`)
	listening   = regexp.MustCompile(`listen 443[^;]*;`)
)

// proxyServer takes what needs certificates, root or a real network out of the shipped configuration.
func proxyServer(conf, address, ours, cache string) (string, error) {
	if !cachePath.MatchString(conf) {
		return "", errors.New("configs/nginx.conf 没有缓存")
	}
	conf = redirection.ReplaceAllString(conf, "")
	conf = tlsOnly.ReplaceAllString(conf, "")
	conf = cachePath.ReplaceAllString(conf, "proxy_cache_path "+cache)
	conf = listening.ReplaceAllString(conf, "listen "+address+";")
	return strings.ReplaceAll(conf, "127.0.0.1:8080", ours), nil
}

// serveBare shows what net/http alone can do with the files of a folder, served from memory.
func serveBare(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("serve-bare", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:0", "监听的地址:端口")
	dir := flags.String("dir", ".", "文件的目录")
	if err := flags.Parse(args); err != nil {
		return err
	}
	handler, err := bareHandler(*dir)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: *listen, Handler: handler, ReadHeaderTimeout: app.HeaderTimeout}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

func bareHandler(dir string) (http.Handler, error) {
	mux := http.NewServeMux()
	files, err := os.ReadDir(dir)
	for _, f := range files {
		body, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return nil, err
		}
		mux.HandleFunc("/"+f.Name(), func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", strconv.Itoa(len(body)))
			_, _ = w.Write(body) // wrk goes away when its time is over
		})
	}
	return mux, err
}
