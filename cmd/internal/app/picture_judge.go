package app

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/staff"
	"pugongying/internal/wechat"
	"pugongying/internal/wechat/sandbox"
)

// checkedPath is where WeChat fetches a picture while it looks at it.
const checkedPath = "/wechat/pictures/"

// publicURL is where WeChat reaches this server; "" where nobody said.
func (a *App) publicURL() string {
	if a.config.WeChat.PublicURL == "" && a.sandboxed != nil {
		return "http://" + a.config.Listen
	}
	return strings.TrimSuffix(a.config.WeChat.PublicURL, "/")
}

// phoneOf gives the openid of the person on whose phone a session of staff was opened or confirmed. member.ErrUnknown for a
// session of a desk alone, and once that person signed out.
func (a *App) phoneOf(ctx context.Context, session string) (string, error) {
	resident, err := a.Staff.Resident(ctx, session)
	if err != nil {
		return "", err
	}
	who, err := a.Members.Whose(ctx, resident)
	if err != nil {
		return "", err
	}
	_, openID, err := a.Members.Recipient(ctx, who)
	return openID, err
}

// pictureJudge is WeChat as it looks at the pictures of texts.
type pictureJudge struct{ *App }

// Ask implements media.Judge.
func (j pictureJudge) Ask(ctx context.Context, session, name string) (string, error) {
	if j.push == nil || j.publicURL() == "" {
		return "", media.ErrJudgeOff
	}
	openID, err := j.phoneOf(ctx, session)
	if errors.Is(err, member.ErrUnknown) || errors.Is(err, staff.ErrSignedOut) {
		openID, err = j.demoPhone(ctx, session)
	}
	if err != nil {
		return "", err
	}
	trace, err := j.wechat.CheckMedia(ctx, openID, wechat.Image, j.publicURL()+checkedPath+name)
	if errors.Is(err, wechat.ErrVisitNeeded) || errors.Is(err, wechat.ErrRecipient) {
		return "", media.ErrNobody.Because(err)
	}
	return trace, err
}

// demoPhone lets 演示 staff at a desk be asked for in the sandbox: their phones lie on the table, with the mini-program open.
func (j pictureJudge) demoPhone(ctx context.Context, session string) (string, error) {
	if j.sandboxed == nil || !demoStaff(j.config) {
		return "", media.ErrNobody
	}
	login, err := j.Staff.DemoLogin(ctx, session)
	switch {
	case errors.Is(err, staff.ErrSignedOut), err == nil && login == "":
		return "", media.ErrNobody
	case err != nil:
		return "", err
	}
	j.sandboxed.Visit(j.config.WeChat.AppID, login)
	return sandbox.OpenID(j.config.WeChat.AppID, login), nil
}

// MediaChecked implements wechat.MediaJudge.
func (j pictureJudge) MediaChecked(ctx context.Context, r wechat.MediaResult, at time.Time) error {
	states := map[wechat.Suggestion]media.SafetyState{wechat.Pass: media.SafetyPass, wechat.Risky: media.SafetyRisky, wechat.Review: media.SafetyReview}
	return j.pictures.Judged(ctx, media.Opinion{Trace: r.Trace, State: states[r.Suggestion], Label: r.Label, Unfetched: r.Failed != 0, At: at})
}

// fetched shows a picture to WeChat while it looks at it, and to nobody afterwards.
func (a *App) fetched(c *gin.Context) {
	file, info, err := a.pictures.Fetched(c.Request.Context(), c.Param("name"))
	if err != nil {
		status := http.StatusServiceUnavailable
		if errors.Is(err, media.ErrPictureUnknown) {
			status = http.StatusNotFound
		}
		c.AbortWithStatus(status)
		return
	}
	defer file.Close()
	h := c.Writer.Header()
	h.Set("Content-Type", info.ContentType)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Robots-Tag", "noindex")
	h.Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(c.Writer, c.Request, "", info.Modified, file)
}
