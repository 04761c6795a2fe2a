package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"pugongying/content"
	"pugongying/internal/config"
	"pugongying/internal/directory"
	"pugongying/internal/region"
	"pugongying/miniprogram"
)

// minFiles is how many files the process may open.
const minFiles = 4096

// Finding is one thing that was looked at. Mend is empty when all is well.
type Finding struct {
	What    string `json:"what"`
	Mend    string `json:"mend"`
	Warning bool   `json:"warning,omitempty"` // worth knowing, no reason not to start
}

// Examine looks at everything a deployment needs.
func Examine(ctx context.Context, c config.Config) []Finding {
	d := &examination{config: c, now: machineOf(c).Now, log: NewLogger(c.Log, os.Stderr)}
	d.settings()
	d.exposed()
	d.judging()
	d.machine()
	d.content()
	d.engines(ctx)
	d.backups()
	return d.findings
}

type examination struct {
	config   config.Config
	now      func() time.Time
	log      *slog.Logger
	findings []Finding
}

func (d *examination) note(what, mend string) {
	d.findings = append(d.findings, Finding{What: what, Mend: mend})
}

func (d *examination) warn(what, mend string) {
	d.findings = append(d.findings, Finding{What: what, Mend: mend, Warning: true})
}

// check notes a failure with its reason, or that all is well.
func (d *examination) check(what string, err error) {
	if err != nil {
		d.note(what, sentence(err))
		return
	}
	d.note(what, "")
}

func (d *examination) settings() {
	err := d.config.Check()
	var faults config.Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			d.note("配置", f)
		}
	} else {
		d.check("配置（"+d.config.Env+"）", err)
	}
	if d.config.Env != config.Production {
		d.warn("运行环境是 development", "给居民用之前，env 写 production")
	}
}

// exposed looks for engines that do not authenticate their clients, or that are reached unencrypted over a network.
func (d *examination) exposed() {
	c := d.config
	uri := c.Mongo.URI
	if text, err := config.Secret(c.Mongo.URIFile); err == nil && text != "" {
		uri = text
	}
	if at, err := url.Parse(uri); err == nil && uri != "" {
		if at.User == nil && !at.Query().Has("authMechanism") {
			d.warn("MongoDB 的地址里没有账号", "打开访问控制，把带账号密码的地址写进 mongo.uri_file")
		}
		if secured := at.Scheme == "mongodb+srv" || at.Query().Get("tls") == "true" || at.Query().Get("ssl") == "true"; !secured && !near(at.Host) {
			d.warn("连 MongoDB 没有加密", "不在本机的数据库，地址里加 tls=true")
		}
	}
	if c.Redis.Configured() && c.Redis.PasswordFile == "" {
		d.warn("Redis 没有密码", "给 Redis 设密码（requirepass），写进文件，用 redis.password_file 指给它")
	}
	if at, err := url.Parse(c.Redis.URL); err == nil && at.Scheme == "redis" && !near(at.Host) {
		d.warn("连 Redis 没有加密", "不在本机的 Redis，redis.url 写 rediss://")
	}
	if at, err := url.Parse(c.S3.Endpoint); err == nil && at.Scheme == "http" && !near(at.Host) {
		d.warn("连媒体库没有加密", "不在本机的对象存储，s3.endpoint 写 https://")
	}
}

// judging warns where WeChat cannot look at pictures: a person looks at each then.
func (d *examination) judging() {
	c := d.config.WeChat
	if c.Mode == "live" && (c.PublicURL == "" || c.PushToken == "") {
		d.warn("微信不看稿子里的图，每一张都要人看", "写上 wechat.public_url 和 wechat.push_token_file，公众平台的消息推送指到 https://域名"+pushPath)
	}
}

// near reports whether all of these comma-separated hosts are this machine.
func near(hosts string) bool {
	for host := range strings.SplitSeq(hosts, ",") {
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host != "localhost" && !ip.IsLoopback() {
			return false
		}
	}
	return true
}

// machine looks at the data folder and the machine under it, and makes nothing: doctor may run before the first start and
// beside a running server.
func (d *examination) machine() {
	c := d.config
	what := dataFolder + " " + c.Data + " 可以写"
	if _, err := os.Stat(c.Data); errors.Is(err, os.ErrNotExist) {
		what = dataFolder + " " + c.Data + "（还没有，第一次启动时建立）"
	}
	d.check(what, writable(c.Data))
	for _, err := range misplaced(c.Data) {
		d.check(dataFolder, err)
	}
	if room, err := free(c.Data); err == nil {
		mend := ""
		if room < minFree {
			mend = "剩下不到 1 GB：清理磁盘，或者把 data 换到大一点的盘"
		}
		d.note(fmt.Sprintf("磁盘剩余 %d GB", room>>30), mend)
	}
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err == nil && files.Cur < minFiles {
		d.warn(fmt.Sprintf("最多打开 %d 个文件", files.Cur), "systemd 里写 LimitNOFILE=65536")
	}
	if path, err := filepath.Abs(filepath.Join(c.Data, SocketName)); err == nil && len(path) > 100 {
		d.note("控制接口的路径", "data 目录的路径太长，缩短到 80 个字符以内")
	}
}

func (d *examination) content() {
	if miniprogram.Built() {
		d.note("小程序的网页版在程序里", "")
	} else {
		d.warn("程序里没有网页版", "用 make build 重新构建；微信小程序不受影响")
	}
	items, err := content.Shipped()
	d.check(fmt.Sprintf("内容（%d 份）", len(items)), err)
	tree, err := region.Load()
	if err != nil {
		d.check("地区表", err)
		return
	}
	if _, err := tree.Find(region.Code(d.config.League)); err != nil {
		d.note("盟市 "+d.config.League, "地区表里没有这个编码：league 写 12 位，例如 150400000000")
	}
	d.lists(tree)
}

// lists looks at the deployment's own hotlines and projects.
func (d *examination) lists(tree *region.Tree) {
	lines, err := openHotlines(d.config, tree, d.now)
	d.check(hotlineList, err)
	if err == nil {
		d.hotlines(lines)
	}
	data, err := listed(d.config, d.config.Content.ProjectsFile, "projects.yaml")
	if err == nil && data != nil {
		_, err = region.ParseRegister(data, tree)
	}
	d.check(projectList, err)
}

func (d *examination) hotlines(lines *directory.Hotlines) {
	if len(lines.For(region.Code(d.config.League))) == 0 {
		d.warn("电话页只有 110 和 120", "把本地打通过的电话写进 content.hotlines_file")
	}
	var stale []string
	for _, l := range lines.Stale() {
		stale = append(stale, l.Name)
	}
	if len(stale) > 0 {
		d.warn("有电话太久没有打通核实，已经不显示", "重新打一次再改日期："+strings.Join(stale, "、"))
	}
	var unclear []string
	for _, l := range lines.Unclear() {
		unclear = append(unclear, l.Name+"（"+l.Hours+"）")
	}
	if len(unclear) > 0 {
		d.warn("有电话的接听时间看不懂，不会说它“现在有人接”", "写成“周一至周五 9:00—12:00，14:30—17:00”或“每天 8:00—20:00”："+strings.Join(unclear, "、"))
	}
}

// stuck warns of jobs that fail again and again.
func (d *examination) stuck(byCollection map[string]int64) {
	for _, name := range slices.Sorted(maps.Keys(byCollection)) {
		d.warn(fmt.Sprintf("后台工作：%s 里有 %d 项试了多次都没有做成", name, byCollection[name]), "看日志里 job failed 的原因；改好以后一天之内会自己再做")
	}
}
