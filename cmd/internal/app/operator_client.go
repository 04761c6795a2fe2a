package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"pugongying/internal/config"
	"pugongying/internal/store/bolt"
)

// patience bounds a whole request to the operator's socket; the longest, an import of laws, has no bound.
const patience = 10 * time.Minute

// OperatorClient talks to the server that runs on a data folder, through its socket.
type OperatorClient struct {
	config config.Config
	http   *http.Client
}

// NewOperatorClient speaks to the server on c's data folder.
func NewOperatorClient(c config.Config) *OperatorClient {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", filepath.Join(c.Data, SocketName))
	}
	return &OperatorClient{config: c, http: &http.Client{Transport: &http.Transport{DialContext: dial, DisableKeepAlives: true}}}
}

// OperatorRequest is what a command asks of the running server.
type OperatorRequest struct {
	Method, Path string
	Body         io.Reader
}

// Ask sends a request without a body and decodes the answer.
func (o *OperatorClient) Ask(ctx context.Context, method, path string, into any) error {
	return o.Send(ctx, OperatorRequest{Method: method, Path: path}, into)
}

// Send sends a request and decodes the answer.
func (o *OperatorClient) Send(ctx context.Context, r OperatorRequest, into any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := o.Stream(ctx, r)
	if err != nil {
		return err
	}
	defer answer.Close()
	body, err := io.ReadAll(answer)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

// Stream sends a request and gives the answer to read; the caller closes it.
func (o *OperatorClient) Stream(ctx context.Context, r OperatorRequest) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, r.Method, "http://pugongying"+r.Path, r.Body)
	if err != nil {
		return nil, err
	}
	response, err := o.http.Do(request)
	if err != nil {
		if why := o.damaged(ctx); why != nil {
			return nil, why
		}
		return nil, fmt.Errorf("没有连上正在运行的 pugongying（data 目录 %s）：先启动 serve，或者用 --data 指对目录（%s）", o.config.Data, known(err))
	}
	if response.StatusCode == http.StatusOK {
		return response.Body, nil
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	var f Failure
	if json.Unmarshal(body, &f) != nil || f.Error == "" {
		f.Error = string(body)
	}
	return nil, fmt.Errorf("没有做成：%s", f.Error)
}

// damaged says why no server can run on the data folder: its documents are damaged or lost. It reads only.
func (o *OperatorClient) damaged(ctx context.Context) error {
	c := o.config
	if running, err := inUse(c.Data); err != nil || running || c.Mongo.URI != "" || c.Mongo.URIFile != "" {
		return nil
	}
	documents, err := openDocuments(ctx, c, slog.New(slog.DiscardHandler), bolt.ReadOnly())
	if err == nil {
		return documents.Close(ctx)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return &OpenError{What: documentStore, Cause: err}
}
