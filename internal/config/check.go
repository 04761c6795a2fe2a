package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// mostConnections is an upper bound, so that a typing error does not request more of one MongoDB than it has file handles
// for.
const mostConnections = 10_000

// Faults is everything that is wrong with a configuration, one Chinese line each.
type Faults []string

// Error lists them, one a line.
func (f Faults) Error() string { return "配置有问题：\n  - " + strings.Join(f, "\n  - ") }

func (f *Faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

// Check names every fault at once, as Faults; nil means the configuration can be started.
func (c Config) Check() error {
	var f Faults
	if c.Env != Development && c.Env != Production {
		f.add("env 只能是 %s 或 %s，现在是 %q", Development, Production, c.Env)
	}
	if _, port, err := net.SplitHostPort(c.Listen); err != nil || !isPort(port) {
		f.add("listen 要写成 地址:端口，现在是 %q", c.Listen)
	}
	if c.Data == "" {
		f.add("data 是空的：要有一个放数据的目录")
	}
	if len(c.League) != 12 || strings.Trim(c.League, "0123456789") != "" {
		f.add("league 要写 12 位地区编码，现在是 %q", c.League)
	}
	if c.Stop.Grace <= 0 {
		f.add("stop.grace 是停机时最多等多久，要大于 0，现在是 %s", c.Stop.Grace)
	}
	if c.Pictures.Person < 1 || c.Pictures.Total < c.Pictures.Person {
		f.add("pictures.person_mb 至少 1，pictures.total_mb 不能比它小，现在是 %d 和 %d", c.Pictures.Person, c.Pictures.Total)
	}
	c.checkEngines(&f)
	c.checkStores(&f)
	c.checkWeChat(&f)
	c.checkLists(&f)
	for _, r := range c.Backup.Recipients {
		if !strings.HasPrefix(r, "age1") {
			f.add("backup.recipients 里只写公钥，age1 开头的那一行；私钥不要放在这台机器上")
		}
	}
	if c.Env == Production {
		c.checkProduction(&f)
	}
	if len(f) == 0 {
		return nil
	}
	return f
}

func (c Config) checkEngines(f *Faults) {
	if c.Mongo.URI != "" && c.Mongo.URIFile != "" {
		f.add("mongo.uri 和 mongo.uri_file 只能写一个")
	}
	f.address("mongo.uri", c.Mongo.URI, "把整个地址写进文件，用 mongo.uri_file 指给它", "mongodb", "mongodb+srv")
	if c.Mongo.Database == "" {
		f.add("mongo.database 是空的")
	}
	if c.Mongo.Pool < 1 || c.Mongo.Pool > mostConnections {
		f.add("mongo.pool 是最多几个连接，写 1 到 %d，现在是 %d", mostConnections, c.Mongo.Pool)
	}
	mustRead(f, "mongo.uri_file", c.Mongo.URIFile)
	mustRead(f, "redis.password_file", c.Redis.PasswordFile)
	f.address("redis.url", c.Redis.URL, "写进文件，用 redis.password_file 指给它", "redis", "rediss")
	if c.Redis.URL != "" && len(c.Redis.Addresses) > 0 {
		f.add("redis.url 和 redis.addresses 只能写一个")
	}
	if c.Redis.Master != "" && len(c.Redis.Addresses) == 0 {
		f.add("redis.master 要和 redis.addresses（Sentinel 的地址）一起写")
	}
}

func (c Config) checkStores(f *Faults) {
	if c.S3.Endpoint == "" {
		return
	}
	f.address("s3.endpoint", c.S3.Endpoint, "写进文件，用 s3.secret_key_file 指给它", "http", "https")
	for name, path := range map[string]string{"s3.access_key_file": c.S3.AccessFile, "s3.secret_key_file": c.S3.SecretFile} {
		if path == "" {
			f.add("写了 s3.endpoint，就要写 %s", name)
		}
		mustRead(f, name, path)
	}
	if c.S3.Bucket == "" {
		f.add("s3.bucket 是空的")
	}
}

// address reports an address that names no host, is of another kind or contains a password. It never repeats the address,
// since one that cannot be read may contain a password too. MongoDB's addresses (several hosts, sockets) are no URLs; only
// the driver reads them.
func (f *Faults) address(setting, text, instead string, schemes ...string) {
	if text == "" {
		return
	}
	scheme, user, host := taken(text)
	if _, _, secret := strings.Cut(user, ":"); secret {
		f.add("%s 里有密码：%s", setting, instead)
		return
	}
	_, err := url.Parse(text)
	if !slices.Contains(schemes, scheme) || host == "" || strings.ContainsAny(host[:1], "/?") || err != nil && scheme != "mongodb" {
		f.add("%s 读不懂：要写成 %s://主机:端口 这样", setting, schemes[0])
	}
}

// taken splits an address, readable or not: everything before the last @ is the user and the password.
func taken(address string) (scheme, user, host string) {
	scheme, host, found := strings.Cut(address, "://")
	if !found {
		scheme, host = "", address
	}
	if at := strings.LastIndex(host, "@"); at >= 0 {
		user, host = host[:at], host[at+1:]
	}
	return scheme, user, host
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

func (c Config) checkWeChat(f *Faults) {
	switch c.WeChat.Mode {
	case "sandbox":
		if !loopback(c.Listen) {
			f.add("微信沙箱只能在本机地址上开（listen 写 127.0.0.1:端口），现在是 %q", c.Listen)
		}
	case "live":
		if c.WeChat.AppID == "" || c.WeChat.SecretFile == "" {
			f.add("wechat.mode 是 live，就要写 wechat.app_id 和 wechat.secret_file")
		}
	default:
		f.add("wechat.mode 只能是 sandbox 或 live，现在是 %q", c.WeChat.Mode)
	}
	switch c.WeChat.MiniEnv {
	case "release", "trial", "develop":
	default:
		f.add("wechat.mini_env 只能是 release、trial 或 develop，现在是 %q", c.WeChat.MiniEnv)
	}
	if at, err := url.Parse(c.WeChat.PublicURL); c.WeChat.PublicURL != "" && (err != nil || at.Scheme != "https" || at.Host == "" || at.User != nil || strings.Trim(at.Path, "/") != "" || at.RawQuery != "") {
		f.add("wechat.public_url 要写成 https://域名 这样：微信从这个地址取要检查的图")
	}
	mustRead(f, "wechat.secret_file", c.WeChat.SecretFile)
	mustRead(f, "wechat.push_token_file", c.WeChat.PushToken)
	mustRead(f, "wechat.push_aes_key_file", c.WeChat.PushAESKey)
}

func (c Config) checkLists(f *Faults) {
	mustRead(f, "content.hotlines_file", c.Content.HotlinesFile)
	mustRead(f, "content.projects_file", c.Content.ProjectsFile)
	mustRead(f, "keys.root_file", c.Keys.RootFile)
	for _, cidr := range c.Proxy.Trusted {
		if _, err := netip.ParsePrefix(cidr); err != nil {
			f.add("proxy.trusted 里的 %q 不是网段，要写成 127.0.0.1/32 这样", cidr)
		}
	}
	switch c.Log.Level {
	case "debug", "info", "warn", "error":
	default:
		f.add("log.level 只能是 debug、info、warn、error")
	}
	if c.Log.Format != "text" && c.Log.Format != "json" {
		f.add("log.format 只能是 text 或 json")
	}
}

func (c Config) checkProduction(f *Faults) {
	if c.WeChat.Mode == "sandbox" {
		f.add("正式环境不能用微信沙箱：wechat.mode 写 live")
	}
	if c.Mongo.URI == "" && c.Mongo.URIFile == "" {
		f.add("正式环境要用 MongoDB：写 mongo.uri_file")
	}
	if !c.Redis.Configured() {
		f.add("正式环境要用 Redis：写 redis.url 或 redis.addresses")
	}
	if c.S3.Endpoint == "" {
		f.add("正式环境要用 S3 或 MinIO：写 s3.endpoint")
	}
	if c.Content.Demo {
		f.add("正式环境不能带演示数据：content.demo 写 false")
	}
	if c.Keys.RootFile == "" {
		f.add("正式环境要自己保管根密钥：写 keys.root_file（用 pugongying key create 生成）")
	}
	if c.Clock.Shift != 0 {
		f.add("正式环境不能拨钟：去掉 clock.shift")
	}
	if !c.Limits.Enabled {
		f.add("正式环境不能关掉限流：limits.enabled 写 true")
	}
	if !c.Limits.Shed {
		f.add("正式环境不能关掉忙时的先后：limits.shed 写 true")
	}
	if c.WeChat.PushToken == "" || c.WeChat.PushAESKey == "" {
		f.add("正式环境要接收微信消息推送：写 wechat.push_token_file 和 wechat.push_aes_key_file")
	}
}

// mustRead reports a file that a setting names and that cannot be read. A secret is also reported when it is empty, which
// would switch off what it protects, or when everybody on the machine can read it.
func mustRead(f *Faults, setting, path string) {
	if path == "" {
		return
	}
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		f.add("%s 指的文件不存在：%s", setting, path)
		return
	}
	text, err := Secret(path)
	if err != nil {
		f.add("%s 指的文件读不了：%s", setting, path)
		return
	}
	if strings.HasPrefix(setting, "content.") {
		return
	}
	if text == "" {
		f.add("%s 指的文件是空的：%s", setting, path)
	}
	if info.Mode().Perm()&0o007 != 0 {
		f.add("%s 指的文件谁都能读：chmod 600 %s", setting, path)
	}
}

func loopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Secret reads a secret's file; surrounding white space is not part of it. An empty path gives "".
func Secret(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("read secret: %w", err)
	}
	return strings.TrimSpace(string(b)), nil
}

// Masked prints the configuration for a log: settings contain no secret, but an address may contain a user's name, or a
// password that Check refuses.
func (c Config) Masked() string {
	m := c
	m.Mongo.URI, m.Redis.URL, m.S3.Endpoint = masked(m.Mongo.URI), masked(m.Redis.URL), masked(m.S3.Endpoint)
	if m.WeChat.AppID != "" && m.WeChat.Mode == "live" {
		m.WeChat.AppID = m.WeChat.AppID[:min(4, len(m.WeChat.AppID))] + "***"
	}
	return fmt.Sprintf("%+v", m)
}

func masked(address string) string {
	scheme, user, host := taken(address)
	if user == "" {
		return address
	}
	return scheme + "://***@" + host
}
