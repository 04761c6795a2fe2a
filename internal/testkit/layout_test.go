package testkit

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows is the layout: what a package may import of our own. A package without a row is not allowed.
var arrows = map[string]string{
	"fault": "", "picture": "", "backup": "", "civil": "", "slug": "", "parts": "", "jobs": "", "config": "", "markdown": "", "gift": "", "sheet": "", "seal": "", "cache": "", "privacy": "",
	"opaque": "", "idempotency": "fault",
	"region":              "fault civil",
	"access":              "region",
	"audit":               "fault",
	"media":               "access audit fault jobs opaque parts picture region staff",
	"notify":              "fault",
	"blob":                "media",
	"directory":           "region civil",
	"chart":               "",
	"ics":                 "",
	"ledger":              "region fault civil access audit staff",
	"tries":               "",
	"member":              "fault region civil slug parts jobs tries opaque",
	"law":                 "fault civil slug audit",
	"law/lawimport":       "law civil fault audit",
	"staff":               "access audit civil fault parts region tries opaque",
	"publish":             "access audit fault region staff",
	"counselling":         "access audit civil fault opaque parts region staff",
	"booking":             "access audit civil fault idempotency jobs member parts region staff tries",
	"booking/bookingtest": "booking civil member region staff",
	"contribution":        "access audit civil fault media parts region staff",
	"explainer":           "publish law fault civil slug idempotency",
	"quiz":                "publish law member fault civil slug idempotency parts",
	"questionio":          "quiz publish law gift audit fault",
	"desk":                "access explainer fault law media publish quiz region search staff",
	"check":               "publish explainer quiz law privacy notify fault",
	"search":              "law fault",
	"operate":             "audit civil contribution explainer fault law law/lawimport media publish questionio quiz region search staff",
	"wechat":              "fault notify wechat/scene", "wechat/scene": "", "wechat/sandbox": "civil wechat/scene", "publish/publishtest": "access publish region staff",
	"store":          "audit backup booking clock contribution counselling fault idempotency jobs law ledger media member publish quiz region seal staff tries wechat store/document",
	"store/document": "", "store/bolt": "store/document", "store/mongo": "store/document",
	"web": "fault", "web/jsonapi": "web fault", "web/pages": "web fault",
	"api":            "access booking civil contribution directory explainer fault idempotency law ledger media member publish quiz region search staff web web/jsonapi",
	"console":        "access audit booking chart check civil contribution counselling desk explainer fault ics law ledger markdown media operate picture publish questionio quiz region sheet staff web web/pages",
	"clock":          "",
	"testkit":        "store/document store/bolt store/mongo",
	"region/listgen": "",
}

// technologies are the libraries that one package alone may import, by the beginning of their path.
var technologies = map[string]string{
	"github.com/gin-gonic/gin":                  "web web/jsonapi web/pages api cmd/internal/app",
	"github.com/danielgtaylor/huma":             "web/jsonapi api",
	"go.mongodb.org/mongo-driver":               "store store/document store/bolt store/mongo testkit cmd/bench",
	"go.etcd.io/bbolt":                          "store/bolt",
	"github.com/redis/go-redis":                 "cache",
	"github.com/alicebob/miniredis":             "", // tests alone
	"github.com/anishathalye/porcupine":         "", // tests alone
	"github.com/minio/minio-go":                 "blob",
	"github.com/blevesearch":                    "search",
	"github.com/mozillazg/go-pinyin":            "search",
	"github.com/ajstarks/svgo":                  "chart",
	"github.com/xuri/excelize":                  "sheet",
	"github.com/sergi/go-diff":                  "desk",
	"github.com/silenceper/wechat":              "wechat wechat/sandbox cache",
	"github.com/tink-crypto":                    "seal",
	"filippo.io/age":                            "backup",
	"github.com/klauspost/compress":             "backup",
	"github.com/open-spaced-repetition/go-fsrs": "quiz",
	"github.com/kovidgoyal/imaging":             "picture",
	"golang.org/x/image":                        "picture",
	"github.com/boombuler/barcode":              "console wechat/sandbox",
	"github.com/arran4/golang-ical":             "ics",
	"github.com/pquerna/otp":                    "staff cmd/bench cmd/pugongying",
	"github.com/yuin/goldmark":                  "markdown",
	"github.com/microcosm-cc/bluemonday":        "markdown",
	"github.com/alecthomas/kong":                "cmd/pugongying cmd/bench",
	"github.com/prometheus/client_golang":       "web web/jsonapi cmd/internal/app",
}

type listed struct {
	ImportPath string
	Imports    []string
}

// TestPackagesImportAlongTheArrows asks the go command what every package imports, tests excepted.
func TestPackagesImportAlongTheArrows(t *testing.T) {
	seen := packages(t)
	if len(seen) < 30 {
		t.Fatalf("only %d packages", len(seen))
	}
	for _, p := range seen {
		for _, fault := range strayed(p) {
			t.Error(fault)
		}
	}
	for name := range arrows {
		if !slices.ContainsFunc(seen, func(p listed) bool { return p.ImportPath == "pugongying/internal/"+name }) {
			t.Errorf("%s stands in the layout and is no package", name)
		}
	}
}

// gone are modules that the binary got rid of, each with what brought it: none may return with an update.
var gone = map[string]string{
	"github.com/go-redis/redis/v8":           "the WeChat SDK's own cache; see third_party/README.md",
	"github.com/bradfitz/gomemcache":         "the WeChat SDK's own cache; see third_party/README.md",
	"go.mongodb.org/mongo-driver":            "version 1, lungo's",
	"github.com/256dpi/lungo":                "the embedded store's first matcher",
	"github.com/alicebob/miniredis/v2":       "tests alone",
	"github.com/yuin/gopher-lua":             "miniredis",
	"github.com/quic-go/quic-go":             "Gin; see third_party/README.md",
	"github.com/quic-go/qpack":               "Gin's QUIC",
	"github.com/goccy/go-yaml":               "Gin; see third_party/README.md",
	"github.com/pelletier/go-toml/v2":        "Gin; see third_party/README.md",
	"github.com/blevesearch/zapx/v11":        "bleve's old index files; see third_party/README.md",
	"github.com/blevesearch/zapx/v12":        "bleve's old index files; see third_party/README.md",
	"github.com/blevesearch/zapx/v13":        "bleve's old index files; see third_party/README.md",
	"github.com/blevesearch/zapx/v14":        "bleve's old index files; see third_party/README.md",
	"github.com/blevesearch/zapx/v15":        "bleve's old index files; see third_party/README.md",
	"github.com/blevesearch/zapx/v16":        "bleve's old index files; see third_party/README.md",
	"github.com/blevesearch/geo":             "bleve's geometry; see third_party/README.md",
	"github.com/json-iterator/go":            "bleve's geometry",
	"github.com/modern-go/reflect2":          "json-iterator",
	"github.com/go-playground/validator/v10": "Gin's binding; see third_party/README.md",
	"github.com/gabriel-vasile/mimetype":     "Gin's validator",
	"github.com/leodido/go-urn":              "Gin's validator",
	"github.com/ugorji/go/codec":             "Gin's MessagePack; the build tag nomsgpack",
	"github.com/bytedance/sonic":             "Gin's other JSON; no build tag asks for it",
	"github.com/twitchyliquid64/golang-asm":  "sonic",
}

// returned lists the modules among those linked that are gone for good. One of third_party's stands in for its module.
func returned(linked []string) (back []string) {
	for _, module := range linked {
		path, standIn, _ := strings.Cut(module, " => ")
		if why, ok := gone[path]; ok && !strings.HasPrefix(standIn, "./third_party/") {
			back = append(back, path+" ("+why+")")
		}
	}
	return back
}

func TestNoModuleComesBack(t *testing.T) {
	command := exec.Command("go", "list", "-tags", "nomsgpack", "-deps", "-f", "{{with .Module}}{{.Path}}{{with .Replace}} => {{.Path}}{{end}}{{end}}", "./cmd/pugongying")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	linked := slices.Compact(slices.Sorted(strings.SplitSeq(strings.TrimSpace(string(out)), "\n")))
	if back := returned(linked); back != nil || len(linked) < 50 {
		t.Errorf("of %d modules these were gone: %q", len(linked), back)
	}
	// The control.
	if back := returned([]string{"github.com/quic-go/quic-go => ./third_party/quic-go", "github.com/quic-go/quic-go", "github.com/go-redis/redis/v8"}); len(back) != 2 {
		t.Errorf("%q", back)
	}
}

// TestAStrayImportIsSeen is the control.
func TestAStrayImportIsSeen(t *testing.T) {
	for name, p := range map[string]listed{
		"a capability that imports store": {"pugongying/internal/quiz", []string{"pugongying/internal/store"}},
		"a capability that imports Gin":   {"pugongying/internal/quiz", []string{"github.com/gin-gonic/gin/binding"}},
		"a capability with a transport":   {"pugongying/internal/law", []string{"net/http"}},
		"a package without a row":         {"pugongying/internal/common", nil},
		"a door that knows the command":   {"pugongying/internal/api", []string{"pugongying/cmd/internal/app"}},
	} {
		if len(strayed(p)) == 0 {
			t.Errorf("%s is taken", name)
		}
	}
	if faults := strayed(listed{"pugongying/internal/quiz", []string{"context", "pugongying/internal/law", "github.com/open-spaced-repetition/go-fsrs/v4"}}); faults != nil {
		t.Error(faults)
	}
}

// strayed lists the imports of a package that no arrow allows. Outside internal (the wiring, the content) only libraries have owners.
func strayed(p listed) []string {
	name, internal := strings.CutPrefix(strings.TrimPrefix(p.ImportPath, "pugongying/"), "internal/")
	allowed, known := arrows[name]
	if internal && !known {
		return []string{name + " has no row in the layout"}
	}
	var faults []string
	for _, i := range p.Imports {
		own, ours := strings.CutPrefix(i, "pugongying/")
		switch inner, inside := strings.CutPrefix(own, "internal/"); {
		case ours && internal && (!inside || !slices.Contains(strings.Fields(allowed), inner)):
			faults = append(faults, name+" imports "+own)
		case i == "net/http" && slices.Contains(transportless, name):
			faults = append(faults, name+" is a capability and knows a transport")
		case !ours && !technology(i, name):
			faults = append(faults, name+" imports "+i)
		}
	}
	return faults
}

// transportless are the capabilities: they know no transport, so that any caller can use them.
var transportless = strings.Fields("counselling fault civil slug idempotency region access audit staff tries media notify directory ledger member law law/lawimport publish explainer quiz questionio search operate jobs privacy check booking")

// technology reports whether a package may import a library of the table; libraries outside it are free.
func technology(library, name string) bool {
	for prefix, owners := range technologies {
		if strings.HasPrefix(library, prefix) {
			return slices.Contains(strings.Fields(owners), name)
		}
	}
	return true
}

func packages(t *testing.T) []listed {
	t.Helper()
	command := exec.Command("go", "list", "-json=ImportPath,Imports", "./internal/...", "./cmd/...", "./content/...", "./miniprogram")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}
