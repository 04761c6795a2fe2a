package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"
)

// bench measures this binary beside what it is built on, in turns within one run. What is missing on the machine leaves
// rows that say NOT RUN and why.
type bench struct {
	turn    time.Duration // length of one measurement
	rounds  int           // turns each side has; the middle one counts
	mongo   string        // URI of a MongoDB to measure on; "" for none
	fresh   string        // host:port of a mongod that is to become a replica set first; "" for none
	rust    string        // URI of a second one
	weixin  string        // folder of the built WeChat package
	laws    string        // folder of law texts
	self    string        // this binary
	scratch string
	log     io.Writer
}

// part is one part of the table.
type part struct {
	name, title string
	run         func(context.Context) ([]row, error)
}

func (b *bench) parts() []part {
	return []part{
		{"reads", "发布内容的读取（各占同一个核，wrk 64 个连接在另一个核）", b.reads},
		{"submissions", "交卷（和把同一份文档直接插进同一个数据库比，同样的写确认）", b.submissions},
		{"embedded", "内嵌数据库（10 万份文档）", b.embedded},
		{"search", "搜索（真的服务器，法律全文和全部内容，8 个人同时找）", b.searches},
		{"size", "启动和大小", b.sizes},
	}
}

func benchCommand(ctx context.Context, in invocation) error {
	if len(in.args) > 0 && in.args[0] == "serve-bare" {
		return serveBare(ctx, in)
	}
	b, only, err := benchOptions(in)
	if err != nil {
		return err
	}
	if b.scratch, err = os.MkdirTemp("", "pgy-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	return b.print(ctx, in.out, only)
}

func benchOptions(in invocation) (*bench, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	b := &bench{self: self, log: in.err}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(in.err)
	seconds := flags.Float64("seconds", 2, "每次测几秒")
	flags.IntVar(&b.rounds, "rounds", 7, "每一项轮流测几次，取中间的")
	flags.StringVar(&b.mongo, "mongo", "", "MongoDB 的地址；不写就不测")
	flags.StringVar(&b.fresh, "mongo-initiate", "", "--mongo 是刚启动的 mongod：先把它（主机:端口）设成单台副本集")
	flags.StringVar(&b.rust, "rust-mongo", "", "另一个讲 MongoDB 协议的服务的地址")
	flags.StringVar(&b.weixin, "weixin", "miniprogram/dist/build/mp-weixin", "编好的小程序目录")
	flags.StringVar(&b.laws, "laws", "../shared/law/corpus", "放法律全文的目录")
	only := flags.String("only", "", "只测一部分：reads、submissions、embedded、search 或 size")
	if err := flags.Parse(in.args); err != nil {
		return nil, "", errTold
	}
	b.turn = time.Duration(*seconds * float64(time.Second))
	if flags.NArg() > 0 || b.turn <= 0 || b.rounds < 1 {
		return nil, "", errors.New("写 bench [--seconds 2] [--rounds 7] [--mongo URI] [--only reads]")
	}
	return b, *only, nil
}

// print measures part by part and prints each as soon as it is known. A missed goal is a failure of the command.
func (b *bench) print(ctx context.Context, out io.Writer, only string) error {
	fmt.Fprintf(out, "pugongying %s · %s %s/%s · %d 核\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	missed, found := 0, false
	for _, p := range b.parts() {
		if only != "" && only != p.name {
			continue
		}
		found = true
		rows, err := p.run(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			rows = append(rows, row{name: "其余", missing: err.Error()})
		}
		printRows(out, p.title, rows)
		for _, r := range rows {
			if r.verdict() == miss {
				missed++
			}
		}
	}
	if !found {
		return fmt.Errorf("bench 没有叫 %q 的部分", only)
	}
	if missed > 0 {
		return fmt.Errorf("有 %d 项没有达到目标", missed)
	}
	return nil
}

// say tells whoever waits what is being measured.
func (b *bench) say(format string, values ...any) {
	fmt.Fprintf(b.log, "bench: "+format+"\n", values...)
}
