package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
)

// errReported is a failure whose reason has been printed already.
var errReported = errors.New("reported")

// commandLine is every command and flag. The usage text is what a command prints when its arguments are not understood.
type commandLine struct {
	settings

	Serve   serveCommand   `cmd:"" help:"开学堂：pugongying serve [--listen 127.0.0.1:8080] [--data ./data] [--config FILE]"`
	Work    workCommand    `cmd:"" help:"在别的机器上帮忙做后台工作：work [--kinds attempts,ledger]，要有 MongoDB 和 S3，不要根密钥"`
	Doctor  doctorCommand  `cmd:"" help:"检查这套部署缺什么、哪里不安全、怎么改"`
	Show    configCommand  `cmd:"" name:"config" help:"显示现在生效的配置（不含秘密）"`
	Content contentCommand `cmd:"" help:"content export 文件夹、content import 文件夹：全部内容写成文件、从文件收成草稿；content check [--laws 法律文件夹]：检查内容；content manifest：重写内容清单；content pin 法律文件夹：钉住引用的原文（后两个在源码目录里）" usage:"写 content check [--laws 法律文件夹]、content export 文件夹、content import 文件夹、content manifest 或 content pin 法律文件夹"`
	Law     lawCommand     `cmd:"" help:"law import 文件夹 [--accept partial,outdated] [--effective 2026-01-01]：收进法律；law list；law dependants [法律]：哪些内容靠它" usage:"写 law import 文件夹、law list 或 law dependants [法律]"`
	Audit   auditCommand   `cmd:"" help:"audit list [--after 标记]：谁做过什么，新的在前；audit verify [--tips 文件]：有没有人改过、删过、插过；audit tips：打印每条链现在的链尾" usage:"写 audit list [--after 标记]、audit verify [--tips 链尾文件] 或 audit tips"`
	Staff   staffCommand   `cmd:"" help:"staff add --role admin --region 地区编码 --login 账号 --name 名字：请头两位管账号的人；staff list：谁在这里工作；staff demo、staff code：演示账号怎么用、现在的动态码" usage:"写 staff add --region 地区编码 --login 账号 --name 名字、staff list、staff demo 或 staff code"`
	Project projectCommand `cmd:"" help:"project list：项目；project code 编号：做一张带 LOGO 行的小程序码（项目或地区）" usage:"写 project list 或 project code 项目编号（或 12 位地区编码）"`
	Search  searchCommand  `cmd:"" help:"search check [--laws 目录] [--asks 文件]：居民会打的字，前三个里找不找得到" usage:"写 search check [--laws 目录] [--asks 文件]"`
	Audio   audioCommand   `cmd:"" help:"audio add FILE.mp3：存一段讲解录音，文件名写进故事的 audio" usage:"写 audio add 录音文件"`
	Bank    bankCommand    `cmd:"" help:"bank template、import、export、list：题库的模板、导入（Excel 或 GIFT）、导出和等着审的草稿" usage:"写 bank template 文件.xlsx、bank import 文件.xlsx（或 .gift、.txt）、bank export 文件.xlsx（或 .gift）[--topic 名字]，或 bank list"`
	Ledger  ledgerCommand  `cmd:"" help:"ledger verify：核对合计；ledger rebuild：按明细重算合计" usage:"写 ledger verify 或 ledger rebuild"`
	Key     keyCommand     `cmd:"" help:"key create FILE：生成根密钥；key rotate、rewrap、retire：换一把新的、改由它包着、移除旧的；key status：谁还靠哪一把" usage:"写 key create 文件、key rotate [文件]、key rewrap、key retire [编号] 或 key status"`
	Backup  backupCommand  `cmd:"" help:"backup 目录 [--to age1…]：做一份备份，服务开着也行；backup verify 目录 [--identity 私钥文件]：看备份坏了没有；backup key 文件：生成封备份的一对钥匙" usage:"写 backup 目录、backup verify 目录 或 backup key 文件"`
	Restore restoreCommand `cmd:"" help:"restore 目录 --identity 私钥文件 [--name 哪一份]：恢复到空的地方（服务停着）" usage:"写 restore 备份目录 --identity 私钥文件"`
	Clock   clockCommand   `cmd:"" help:"clock show：现在几点，这个时间认不认；clock trust：核对过，现在的时间就是对的" usage:"写 clock show 或 clock trust"`
	OpenAPI openAPICommand `cmd:"" name:"openapi" help:"打印接口描述（OpenAPI 3.1）"`
	Version versionCommand `cmd:"" help:"版本"`
}

// settings are the flags every command takes; a flag that was given overrides environment and file.
type settings struct {
	File   string   `name:"config" help:"配置文件（YAML）" placeholder:"FILE"`
	Listen *string  `help:"监听的地址:端口" placeholder:"127.0.0.1:8080"`
	Data   *string  `help:"放数据的目录" placeholder:"./data"`
	Env    *string  `help:"development 或 production" placeholder:"development"`
	Set    []string `sep:"none" help:"任何一项设置，写成 名字=值，可以写多次" placeholder:"名字=值"`
}

// load reads the configuration.
func (s *settings) load(in *invocation) (config.Config, error) {
	set := map[string]string{}
	for key, value := range map[string]*string{"listen": s.Listen, "data": s.Data, "env": s.Env} {
		if value != nil {
			set[key] = *value
		}
	}
	for _, one := range s.Set {
		key, value, found := strings.Cut(one, "=")
		if !found {
			return config.Config{}, fmt.Errorf("--set %s：要写成 名字=值", one)
		}
		set[key] = value
	}
	return config.Load(s.File, in.environ, set)
}

// run does what the command line asks for.
func run(ctx context.Context, in invocation) error {
	c := &commandLine{}
	parser, err := kong.New(c, kong.Name("pugongying"), kong.NoDefaultHelp(), kong.Writers(in.out, in.err))
	if err != nil {
		return err
	}
	args, help := normalise(parser.Model, in.args)
	if help || len(args) == 0 {
		return printHelp(parser, in, args)
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		return explain(parser, in, err)
	}
	parsed.BindTo(ctx, (*context.Context)(nil))
	return app.Said(parsed.Run(&in, &c.settings))
}

type configCommand struct{}

// Run prints the settings that are in force and what is wrong with them.
func (configCommand) Run(in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	fmt.Fprintln(in.out, c.Masked())
	return c.Check()
}

type openAPICommand struct{}

// Run prints the description of the API.
func (openAPICommand) Run(in *invocation) error { return app.WriteOpenAPI(in.out) }

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(in *invocation) error {
	_, err := fmt.Fprintln(in.out, version)
	return err
}

// invocation is how the program was called.
type invocation struct {
	args    []string
	environ []string
	out     io.Writer // what was asked for
	err     io.Writer // logs and explanations
	yield   func()    // makes this process wait for others; nil where it has not only this to do
}
