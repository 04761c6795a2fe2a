package sandbox

import (
	"image"
	"net/http"
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
	mediaSound   = 1
	mediaPicture = 2
)

// labels are WeChat's numbers for what it saw.
var labels = map[string]int{"pass": labelNothing, "review": labelAdvert, "risky": labelIllegal}

func judge(text string) (string, int) {
	suggest := "pass"
	switch {
	case strings.Contains(text, "违规") || strings.Contains(text, "risky"):
		suggest = "risky"
	case strings.Contains(text, "广告") || strings.Contains(text, "review"):
		suggest = "review"
	}
	return suggest, labels[suggest]
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

// checkMedia is mediaCheckAsync, version 2. With App.Files the picture decides: an almost red one is risky, an almost
// yellow one wants a review, and one that is not there or no picture could not be fetched. Without, as for sounds, the
// address decides: risky, review, missing, anything else passes.
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
	at, parse := url.Parse(sent.MediaURL)
	switch {
	case sent.Version != 2:
		return nil, errcode(40097)
	case sent.MediaType != mediaSound && sent.MediaType != mediaPicture:
		return nil, errcode(40004)
	case sent.Scene < 1 || sent.Scene > 4:
		return nil, errcode(40129)
	case parse != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https":
		return nil, errcode(40066)
	}
	c.mu.Lock()
	who, err := c.visitor(sent.OpenID)
	c.mu.Unlock()
	if err != nil {
		return nil, err
	}
	suggest := "missing"
	switch {
	case c.Files != nil && sent.MediaType == mediaPicture:
		suggest = look(c.Files, at)
	case !strings.Contains(at.Path, suggest):
		suggest, _ = judge(at.Path)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	trace := rid(c.id())
	c.shown.medium(c.now, who, sent.MediaType, suggest)
	c.push(c.now.Add(mediaDelay), "", mediaResult(c.AppID, trace, suggest))
	return map[string]any{"errcode": 0, "errmsg": "ok", "trace_id": trace}, nil
}

// mediaResult is what is pushed about a trace.
func mediaResult(appID, trace, suggest string) event {
	result := event{"Event": "wxa_media_check", "appid": appID, "trace_id": trace, "version": 2}
	if suggest == "missing" {
		result["errcode"], result["errmsg"] = notFetched, "download failed"
		return result
	}
	result["errcode"], result["errmsg"] = 0, "ok"
	result["result"] = entry{"suggest": suggest, "label": labels[suggest]}
	result["detail"] = []entry{{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": labels[suggest], "prob": 90}}
	return result
}

// look fetches a picture and judges it by its colours.
func look(files http.Handler, at *url.URL) string {
	r, err := http.NewRequest(http.MethodGet, at.String(), http.NoBody)
	if err != nil {
		return "missing"
	}
	r.RemoteAddr = "127.0.0.1:0"
	got := &reply{header: http.Header{}, status: http.StatusOK}
	files.ServeHTTP(got, r)
	shown, _, err := image.Decode(&got.body)
	if got.status != http.StatusOK || err != nil {
		return "missing"
	}
	red, green, blue := colours(shown)
	switch {
	case red > 2*green && red > 2*blue:
		return "risky"
	case red > 2*blue && green > 2*blue:
		return "review"
	}
	return "pass"
}

// colours are the sums of a picture's colours, at so many points that a large one costs little.
func colours(shown image.Image) (red, green, blue uint64) {
	const points = 64
	b := shown.Bounds()
	for i := range points * points {
		r, g, bl, _ := shown.At(b.Min.X+b.Dx()*(i%points)/points, b.Min.Y+b.Dy()*(i/points)/points).RGBA()
		red, green, blue = red+uint64(r), green+uint64(g), blue+uint64(bl)
	}
	return red, green, blue
}
