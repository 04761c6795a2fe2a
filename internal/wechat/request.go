package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// request is one call: a body is sent as JSON by POST, without one the call is a GET.
type request struct {
	op    string
	path  string
	query url.Values
	body  any
}

// tokenQuery is the query of a call that needs a token.
func tokenQuery(token string) url.Values { return url.Values{"access_token": {token}} }

// post makes a call whose answer is JSON and reads it into answer. WeChat answers 200 with an errcode when it refuses.
func (c *Client) post(ctx context.Context, r request, answer any) error {
	text, err := c.fetch(ctx, r)
	if err != nil {
		return err
	}
	if err := failureIn(r.op, text); err != nil {
		return err
	}
	if err := json.Unmarshal(text, answer); err != nil {
		return extract(r.op, err)
	}
	return nil
}

// fetch makes a call and gives its answer as it came.
func (c *Client) fetch(ctx context.Context, r request) ([]byte, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if r.body != nil {
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false) // WeChat shows \u003c as it stands
		if err := encoder.Encode(r.body); err != nil {
			return nil, extract(r.op, err)
		}
		method, body = http.MethodPost, &text
	}
	address := url.URL{Scheme: "https", Host: Host, Path: r.path, RawQuery: r.query.Encode()}
	asked, err := http.NewRequestWithContext(ctx, method, address.String(), body)
	if err != nil {
		return nil, extract(r.op, err)
	}
	if r.body != nil {
		asked.Header.Set("Content-Type", "application/json;charset=utf-8")
	}
	answer, err := c.http.Do(asked)
	if err != nil {
		return nil, extract(r.op, err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, &Error{Op: r.op, Status: answer.StatusCode, Reason: reasonStatus}
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, extract(r.op, err)
	}
	return text, nil
}

// failureIn is the error an answer in JSON names, nil when it names none.
func failureIn(op string, text []byte) error {
	var said struct {
		ErrCode int    `json:"errcode"`
		ErrMsg  string `json:"errmsg"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return extract(op, err)
	}
	if said.ErrCode == 0 {
		return nil
	}
	failed := &Error{Op: op, Code: said.ErrCode}
	if id := ridText.FindStringSubmatch(said.ErrMsg); id != nil {
		failed.RID = id[1]
	}
	return failed
}
