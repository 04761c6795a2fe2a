// Command bench measures the classroom against what it is built on and against comparable servers, in alternating rounds
// within one run, and prints one table of ratios. What must be measured in one process uses the same wiring as the shipped
// binary; everything a resident's request passes through is measured on that binary itself (--binary). It is never
// shipped.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// bench measures this binary against what it is built on, in alternating rounds within one run. What is missing on the
// machine leaves rows that say NOT RUN and why.
type bench struct {
	turn    time.Duration // length of one measurement
	rounds  int           // rounds per contender; the median counts
	mongo   string        // URI of a MongoDB to measure on; "" for none
	fresh   string        // host:port of a mongod that bench turns into a replica set first; "" for none
	rust    string        // URI of another server that speaks MongoDB's protocol; "" for none
	weixin  string        // folder of the built WeChat package
	laws    string        // folder of law texts
	pocket  string        // the program of PocketBase
	self    string        // this program
	binary  string        // the program that is measured
	against string        // another build of it; "" for none
	scratch string
	runs    int // data folders made so far
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
		{"publications", "发布件（和 PocketBase 存同样的记录、占同一个核）", b.publications},
		{"submissions", "交卷（和把同一份文档直接插进同一个数据库比，同样的写确认）", b.submissions},
		{"allocations", "交卷的内存分配（两版真的服务器，经过整个接口）", b.allocations},
		{"embedded", "内嵌数据库（10 万份文档）", b.embedded},
		{"growth", "文档多了以后（内嵌数据库，一次操作的中位时间）", b.growth},
		{"backup", "备份和恢复（真的程序，内嵌数据库）", b.backups},
		{"library", "整个法律库（编出来的 14 万条）", b.library},
		{"search", "搜索（真的服务器，法律全文和全部内容，8 个人同时找）", b.searches},
		{"overload", "忙不过来的时候（真的服务器，一个核）", b.overload},
		{"size", "启动和大小", b.sizes},
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run measures, or acts as the bare net/http server that the others are compared with, or as those who flood one.
func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) > 0 && args[0] == "serve-bare" {
		return serveBare(ctx, args[1:])
	}
	if len(args) > 0 && args[0] == "flood" {
		return runFlood(ctx, args[1:], out)
	}
	b, only, err := options(args, log)
	if err != nil {
		return err
	}
	if b.scratch, err = os.MkdirTemp("", "pgy-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.scratch)
	return b.print(ctx, out, only)
}

func options(args []string, log io.Writer) (*bench, string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	b := &bench{self: self, log: log}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(log)
	seconds := flags.Float64("seconds", 2, "每次测几秒")
	flags.IntVar(&b.rounds, "rounds", 7, "每一项轮流测几次，取中间的")
	flags.StringVar(&b.binary, "binary", "bin/pugongying", "要测的程序（make build）")
	flags.StringVar(&b.against, "against", "", "另一版程序，同一轮里一起测")
	flags.StringVar(&b.mongo, "mongo", "", "MongoDB 的地址；不写就不测")
	flags.StringVar(&b.fresh, "mongo-initiate", "", "--mongo 是刚启动的 mongod：先把它（主机:端口）设成单台副本集")
	flags.StringVar(&b.rust, "rust-mongo", "", "另一个讲 MongoDB 协议的服务的地址")
	flags.StringVar(&b.weixin, "weixin", "miniprogram/dist/build/mp-weixin", "编好的小程序目录")
	flags.StringVar(&b.laws, "laws", "../shared/law/corpus", "放法律全文的目录")
	flags.IntVar(&publicationCount, "publications", publicationCount, "和 PocketBase 比时有多少件发布件")
	flags.StringVar(&b.pocket, "pocketbase", "pocketbase", "PocketBase 的程序")
	var names []string
	for _, p := range b.parts() {
		names = append(names, p.name)
	}
	only := flags.String("only", "", "只测一部分："+strings.Join(names, "、"))
	if err := flags.Parse(args); err != nil {
		return nil, "", err
	}
	b.turn = time.Duration(*seconds * float64(time.Second))
	if flags.NArg() > 0 || b.turn <= 0 || b.rounds < 1 {
		return nil, "", errors.New("写 bench [--seconds 2] [--rounds 7] [--binary bin/pugongying] [--against 程序] [--mongo URI] [--only reads]")
	}
	if *only != "" && !slices.Contains(names, *only) {
		return nil, "", fmt.Errorf("bench 没有叫 %q 的部分", *only)
	}
	return b, *only, nil
}

// print measures part by part and prints each as soon as it is known. A missed goal is a failure of the command.
func (b *bench) print(ctx context.Context, out io.Writer, only string) error {
	version, err := exec.CommandContext(ctx, b.binary, "version").Output()
	if err != nil {
		return fmt.Errorf("没有能测的程序 %s（先 make build）：%w", b.binary, err)
	}
	fmt.Fprintf(out, "pugongying %s · %s %s/%s · %d 核\n", bytes.TrimSpace(version), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	missed := 0
	for _, p := range b.parts() {
		if only != "" && only != p.name {
			continue
		}
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
	if missed > 0 {
		return fmt.Errorf("有 %d 项没有达到目标", missed)
	}
	return nil
}

// say reports to the user what is being measured.
func (b *bench) say(format string, values ...any) {
	fmt.Fprintf(b.log, "bench: "+format+"\n", values...)
}
