package sandbox

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"
)

// What the sandbox finds in a text, by trigger words; in the address of a medium by their English.
const (
	labelNothing = 100
	labelAdvert  = 10001
	labelIllegal = 20006
	textLimit    = 2500
	mediaDelay   = 2 * time.Second // WeChat takes up to 30 minutes
	notFetched   = -1008
)

func judge(text string) (string, int) {
	switch {
	case strings.Contains(text, "违规") || strings.Contains(text, "risky"):
		return "risky", labelIllegal
	case strings.Contains(text, "广告") || strings.Contains(text, "review"):
		return "review", labelAdvert
	default:
		return "pass", labelNothing
	}
}

// checkText is msgSecCheck, version 2. A text with 违规 is risky, one with 广告 wants a review.
func checkText(c call) (any, error) {
	var sent struct {
		Version int
		OpenID  string
		Scene   int
		Content string
	}
	if err := c.read(&sent); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	who, err := c.visitor(sent.OpenID)
	switch {
	case err != nil:
		return nil, err
	case sent.Version != 2:
		return nil, errcode(40097)
	case sent.Scene < 1 || sent.Scene > 4:
		return nil, errcode(40129)
	case sent.Content == "":
		return nil, errcode(44002)
	case utf8.RuneCountInString(sent.Content) > textLimit:
		return nil, errcode(45002)
	}
	suggest, label := judge(sent.Content)
	c.shown.text(c.now, who, sent.Content, suggest)
	return map[string]any{
		"errcode": 0, "errmsg": "ok", "trace_id": rid(c.id()),
		"result": entry{"suggest": suggest, "label": label},
		"detail": []entry{{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}},
	}, nil
}

// checkMedia is mediaCheckAsync, version 2. The address determines the result: risky, review, missing (it cannot be
// fetched), anything else passes. Nothing is fetched.
func checkMedia(c call) (any, error) {
	var sent struct {
		Version   int
		OpenID    string
		Scene     int
		MediaURL  string `json:"media_url"`
		MediaType int    `json:"media_type"`
	}
	if err := c.read(&sent); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	who, err := c.visitor(sent.OpenID)
	at, parse := url.Parse(sent.MediaURL)
	switch {
	case err != nil:
		return nil, err
	case sent.Version != 2:
		return nil, errcode(40097)
	case sent.MediaType != 1 && sent.MediaType != 2:
		return nil, errcode(40004)
	case sent.Scene < 1 || sent.Scene > 4:
		return nil, errcode(40129)
	case parse != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https":
		return nil, errcode(40066)
	}
	trace := rid(c.id())
	suggest := "missing"
	result := event{"Event": "wxa_media_check", "appid": c.AppID, "trace_id": trace, "version": 2}
	if strings.Contains(at.Path, "missing") {
		result["errcode"], result["errmsg"] = notFetched, "download failed"
	} else {
		var label int
		suggest, label = judge(at.Path)
		result["errcode"], result["errmsg"] = 0, "ok"
		result["result"] = entry{"suggest": suggest, "label": label}
		result["detail"] = []entry{{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}}
	}
	c.shown.medium(c.now, who, sent.MediaType, suggest)
	c.push(c.now.Add(mediaDelay), "", result)
	return map[string]any{"errcode": 0, "errmsg": "ok", "trace_id": trace}, nil
}
