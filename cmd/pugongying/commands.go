package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"pugongying/internal/config"
)

// errTold is a failure whose reason was printed already.
var errTold = errors.New("told")

// command is one word of the command line.
type command struct {
	name, help string
	run        func(ctx context.Context, in invocation) error
}

// commands in the order help lists them.
func commands() []command {
	return []command{
		{"serve", "开学堂：pugongying serve [--listen 127.0.0.1:8080] [--data ./data] [--config FILE]", serve},
		{"doctor", "检查这套部署缺什么、哪里不安全、怎么改", doctor},
		{"config", "显示现在生效的配置（不含秘密）", showConfig},
		{"content", "content check [--laws 法律文件夹]：检查内容；content manifest：重写内容清单；content pin 法律文件夹：钉住引用的原文（后两个在源码目录里）", contentCommand},
		{"law", "law import 文件夹 [--accept partial,outdated] [--effective 2026-01-01]：收进法律；law list；law dependants [法律]：哪些内容靠它", lawCommand},
		{"project", "project list：项目；project code 编号：做一张带 LOGO 行的小程序码（项目或地区）", projectCommand},
		{"search", "search check [--laws 目录] [--asks 文件]：居民会打的字，前三个里找不找得到", searchCommand},
		{"audio", "audio add FILE.mp3：存一段讲解录音，文件名写进故事的 audio", audioCommand},
		{"bank", "bank template、import、export、list：题库的模板、导入（Excel 或 GIFT）、导出和等着审的草稿", bankCommand},
		{"ledger", "ledger verify：核对合计；ledger rebuild：按明细重算合计", ledgerCommand},
		{"key", "key create FILE：生成根密钥；key rotate FILE：加一把新的主密钥", keyCommand},
		{"bench", "测速度：和 nginx、和数据库本身比，打印一张表", benchCommand},
		{"openapi", "打印接口描述（OpenAPI 3.1）", printOpenAPI},
		{"version", "版本", func(_ context.Context, in invocation) error {
			_, err := fmt.Fprintln(in.out, version)
			return err
		}},
	}
}

func run(ctx context.Context, in invocation) error {
	if len(in.args) > 0 {
		for _, c := range commands() {
			if c.name == in.args[0] {
				in.args = in.args[1:]
				return c.run(ctx, in)
			}
		}
	}
	fmt.Fprintln(in.err, "用法：pugongying 命令 [选项]")
	for _, c := range commands() {
		fmt.Fprintf(in.err, "  %-9s %s\n", c.name, c.help)
	}
	if len(in.args) > 0 && in.args[0] != "help" {
		return errTold
	}
	return nil
}

// options reads the flags every command shares and loads the configuration; what is left over are the command's own words.
func options(name string, in invocation) (config.Config, []string, error) {
	return optionsWith(name, in, func(*flag.FlagSet) {})
}

// optionsWith is options for a command with flags of its own.
func optionsWith(name string, in invocation, own func(*flag.FlagSet)) (config.Config, []string, error) {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	own(flags)
	flags.SetOutput(in.err)
	file := flags.String("config", "", "配置文件（YAML）")
	set := map[string]string{}
	setting := func(key string) func(string) error {
		return func(v string) error { set[key] = v; return nil }
	}
	flags.Func("listen", "监听的地址:端口", setting("listen"))
	flags.Func("data", "放数据的目录", setting("data"))
	flags.Func("env", "development 或 production", setting("env"))
	flags.Func("set", "任何一项设置，写成 名字=值，可以写多次", func(v string) error {
		key, value, ok := strings.Cut(v, "=")
		if !ok {
			return errors.New("要写成 名字=值")
		}
		set[key] = value
		return nil
	})
	if err := flags.Parse(in.args); err != nil {
		return config.Config{}, nil, errTold // the flag set said what is wrong, or what help was asked for
	}
	c, err := config.Load(*file, in.environ, set)
	return c, flags.Args(), err
}

func showConfig(_ context.Context, in invocation) error {
	c, _, err := options("config", in)
	if err != nil {
		return err
	}
	fmt.Fprintln(in.out, c.Masked())
	return c.Check()
}
