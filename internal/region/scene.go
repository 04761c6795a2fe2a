package region

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"pugongying/internal/fault"
)

// ErrSceneUnknown refuses a scene that this program did not make.
var ErrSceneUnknown = fault.New(fault.NotFound, "region.scene_unknown", "这个码我们不认识，请从首页进来。")

// Page is the page that a scanned code opens: an index into a list that is append-only, because codes are printed.
type Page int

// The pages a code may open.
const (
	PageHome  Page = iota
	PageLearn      // 学法
	PageQuiz       // 答题
	PageHelp       // 帮助
)

var pagePaths = [...]string{
	PageHome:  "/pages/home/home",
	PageLearn: "/pages/stories/stories",
	PageQuiz:  "/pages/practice/practice",
	PageHelp:  "/pages/help/help",
}

// Path is the mini-program path of the page; "" for an index that is not assigned yet.
func (p Page) Path() string {
	if p < 0 || int(p) >= len(pagePaths) {
		return ""
	}
	return pagePaths[p]
}

// Scene is the parameter in a mini-program code. Region or Project may be empty, but not both.
type Scene struct {
	Region  Code
	Project string // a project's short id
	Page    Page
}

// Project ids are short because WeChat limits a scene to 32 characters: 12 for the region, 12 for the project, 2
// separators, 6 for the page. The characters are those that WeChat allows (package wechat/scene); a test checks every
// scene against it.
var projectID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,11}$`)

const separator = "~"

// Encode returns the canonical form of the scene, REGION~PROJECT~PAGE with an empty region and empty trailing parts
// omitted, such as "150424~pgy1" or "~pgy1~2". A first character that is neither a digit nor ~ is reserved for a later
// format.
func (s Scene) Encode() (string, error) {
	if s.Region != "" && s.Region.Level() == 0 {
		return "", errors.New("region: a scene of a code without a level")
	}
	if s.Project != "" && !projectID.MatchString(s.Project) {
		return "", errors.New("region: a scene of an impossible project id")
	}
	if s.Page.Path() == "" || s.Region == "" && s.Project == "" {
		return "", errors.New("region: a scene that leads nowhere")
	}
	page := ""
	if s.Page != PageHome {
		page = strconv.FormatInt(int64(s.Page), 36)
	}
	region := ""
	if s.Region != "" {
		region = s.Region.Short()
	}
	return strings.TrimRight(region+separator+s.Project+separator+page, separator), nil
}

// DecodeScene parses exactly what Encode returns; anything else is ErrSceneUnknown. It does not look up region and
// project.
func DecodeScene(text string) (Scene, error) {
	parts := strings.SplitN(text, separator, 4)
	if len(parts) > 3 {
		return Scene{}, ErrSceneUnknown
	}
	parts = append(parts, "", "")
	s := Scene{Project: parts[1]}
	if short := parts[0]; short != "" && len(short) <= codeLen {
		s.Region = Code((short + zeros)[:codeLen])
	}
	if page, err := strconv.ParseInt(parts[2], 36, 32); err == nil {
		s.Page = Page(page)
	}
	// There is one canonical form: a scene that does not encode to itself was not made here.
	if again, err := s.Encode(); err != nil || again != text || strings.Trim(string(s.Region), "0123456789") != "" {
		return Scene{}, ErrSceneUnknown
	}
	return s, nil
}
