package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"pugongying/internal/staff"
	"pugongying/internal/testkit"
)

// seat is a browser at one server's console.
type seat struct {
	t      *testing.T
	client *http.Client
	url    string
}

// sit signs a 演示 account in at a server.
func sit(t *testing.T, s *server, login string) *seat {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	one := &seat{t: t, url: s.url + "/console", client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	code, err := totp.GenerateCode(staff.DemoSecret, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if status, body := one.post("/sign-in", url.Values{"login": {login}, "password": {staff.DemoPassword}, "code": {code}}); status != http.StatusSeeOther {
		t.Fatalf("%s signs in: %d %s", login, status, body)
	}
	return one
}

func (s *seat) do(req *http.Request, err error) (int, string) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	answer, err := s.client.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func (s *seat) get(path string) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, s.url+path, nil)
	if err == nil {
		req.Header.Set("HX-Request", "true")
	}
	return s.do(req, err)
}

func (s *seat) post(path string, form url.Values) (int, string) {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(form.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return s.do(req, err)
}

// idOf is the id of an account, from the page of accounts.
func (s *seat) idOf(login string) string {
	s.t.Helper()
	_, page := s.get("/accounts?name=" + login)
	found := regexp.MustCompile(`/console/accounts/one/([A-Z2-7]{26})`).FindStringSubmatch(page)
	if found == nil {
		s.t.Fatalf("no %s among the accounts: %s", login, page)
	}
	return found[1]
}

// until is how long a seat is served after an act was answered, asking all the time.
func (s *seat) until(act func()) time.Duration {
	s.t.Helper()
	if status, _ := s.get("/alive"); status != http.StatusNoContent {
		s.t.Fatalf("not served before: %d", status)
	}
	act()
	begun := time.Now()
	for {
		status, _ := s.get("/alive")
		took := time.Since(begun)
		if status == http.StatusUnauthorized {
			return took
		}
		if status != http.StatusNoContent || took > 10*time.Second {
			s.t.Fatalf("%d after %v", status, took)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestASuspensionIsEverywhere: two servers on one MongoDB. What an admin does at the one is in force at the other within two
// seconds, for a suspension and for a changed role, with Redis and after it is gone.
func TestASuspensionIsEverywhere(t *testing.T) {
	uri, database, redis := testkit.MongoURI(t), testkit.MongoDatabase(t), testkit.OwnRedis(t)
	dir := t.TempDir()
	if out, err := call(t, "key", "create", filepath.Join(dir, "root.key")); err != nil {
		t.Fatal(out, err)
	}
	environ := []string{"PGY_MONGO_URI=" + uri, "PGY_MONGO_DATABASE=" + database, "PGY_REDIS_URL=" + redis.URL, "PGY_KEYS_ROOT_FILE=" + filepath.Join(dir, "root.key")}
	here := start(t, filepath.Join(dir, "here"), environ...)
	there := start(t, filepath.Join(dir, "there"), environ...)
	admin, calm := sit(t, here, "guanli1"), sit(t, there, "zhiyuan")
	act := func(path string, form url.Values) func() {
		return func() {
			if status, body := admin.post(path, form); status != http.StatusSeeOther {
				t.Fatalf("%s: %d %s", path, status, body)
			}
		}
	}
	suspended := func(login string) time.Duration {
		victim := sit(t, there, login)
		return victim.until(act("/accounts/one/"+admin.idOf(login)+"/suspension", nil))
	}
	changed := func(login, role string) time.Duration {
		victim, id := sit(t, there, login), admin.idOf(login)
		_, page := admin.get("/accounts/one/" + id)
		region := regexp.MustCompile(`name="region" value="(\d{12})"`).FindStringSubmatch(page)
		if region == nil {
			t.Fatalf("%s has no role: %s", login, page)
		}
		return victim.until(act("/accounts/one/"+id+"/roles/gone", url.Values{"role": {role}, "region": {region[1]}}))
	}
	up := max(suspended("yishen"), changed("ershen", "editor2"))
	redis.Kill()
	down := max(suspended("sanshen"), changed("fabu", "publisher"))
	if status, _ := calm.get("/alive"); status != http.StatusNoContent {
		t.Errorf("control: somebody else is refused: %d", status)
	}
	worst := max(up, down)
	value := fmt.Sprintf("%d / %d ms, two processes", up.Milliseconds(), down.Milliseconds())
	t.Log(value)
	testkit.Score(t, "staff: suspended or changed to 401, worst (Redis up / down)", value, worst <= 2*time.Second, "an account that nobody touched goes on")
	if worst > 2*time.Second {
		t.Errorf("revoked after %v", worst)
	}
}
