package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestTheGuideKnowsTheConsole: every area that this program opens has its page in the guide, and every link of the guide
// leads to a page of the console.
func TestTheGuideKnowsTheConsole(t *testing.T) {
	a := opened(t)
	for _, gap := range a.console.GuideGaps() {
		t.Error(gap)
	}
	if len(a.console.Routes()) < 10 {
		t.Errorf("only %d routes", len(a.console.Routes()))
	}
}

// TestTheConsoleIsServedAndShut: whoever is not signed in is sent to the page of signing in from every page.
func TestTheConsoleIsServedAndShut(t *testing.T) {
	a := opened(t)
	out := httptest.NewRecorder()
	a.Handler.ServeHTTP(out, httptest.NewRequest(http.MethodGet, "https://xuetang.test/console", nil))
	if out.Code != http.StatusSeeOther || out.Header().Get("Location") != "/console/sign-in" {
		t.Errorf("%d %v", out.Code, out.Header())
	}
	out = httptest.NewRecorder()
	a.Handler.ServeHTTP(out, httptest.NewRequest(http.MethodGet, "https://xuetang.test/console/sign-in", nil))
	if out.Code != http.StatusOK || out.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("%d %v", out.Code, out.Header())
	}
}
