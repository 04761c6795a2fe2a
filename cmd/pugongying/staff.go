package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/pquerna/otp/totp"

	"pugongying/cmd/internal/app"
	"pugongying/internal/staff"
)

// staffCommand makes the first two admins and shows who works here.
type staffCommand struct {
	Add  staffAdd  `cmd:""`
	List staffList `cmd:""`
	Demo staffDemo `cmd:""`
	Code staffCode `cmd:""`
}

type staffAdd struct {
	Role   string `help:"只能是 admin：别的角色由他们在工作台里给" default:"admin" placeholder:"admin"`
	Region string `help:"管哪个地区（和它下面的），12 位地区编码" placeholder:"150424000000" required:""`
	Login  string `help:"登录用的账号，小写字母和数字" placeholder:"zhaolan" required:""`
	Name   string `help:"名字" placeholder:"赵兰" required:""`
}

// errRole says that the command line makes admins alone.
var errRole = errors.New("命令行只能请管账号的人（--role admin），而且只有头两位；别的人由他们在工作台“账号”里请")

// Run makes one of the first two admins and prints the invitation once.
func (s staffAdd) Run(ctx context.Context, in *invocation, set *settings) error {
	if s.Role != "admin" {
		return errRole
	}
	c, err := set.load(in)
	if err != nil {
		return err
	}
	n := app.NewAdmin{Login: s.Login, Name: s.Name, Region: s.Region}
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodPost, Path: "/staff", Body: bytes.NewReader(body)}
	added, err := openedOrRemote(ctx, c, r, local[app.InvitedAdmin]{app.OpenStaff, func(a *app.App) (app.InvitedAdmin, error) { return a.AddAdmin(ctx, n) }})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "邀请码：%s\n交给%s本人，只显示这一次，%s前有效，用一次就没有了。\n怎么用：打开工作台的 /console/welcome，输入邀请码，设密码，用手机上的动态码软件扫一下，输入六个数。\n管账号的要有两位：请第二位也这样办。\n",
		added.Token, s.Name, added.Until.Local().Format("2006-01-02 15:04"))
	return err
}

type staffList struct{}

var stateWords = map[staff.State]string{staff.Invited: "还没进来", staff.Active: "在用", staff.Suspended: "停用"}

// Run lists every account.
func (staffList) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	r := app.OperatorRequest{Method: http.MethodGet, Path: "/staff"}
	all, err := openedOrRemote(ctx, c, r, local[[]app.StaffLine]{app.OpenStaff, func(a *app.App) ([]app.StaffLine, error) { return a.ListStaff(ctx) }})
	if err != nil {
		return err
	}
	for _, l := range all {
		seen := "没来过"
		if !l.Seen.IsZero() {
			seen = l.Seen.Local().Format("2006-01-02 15:04")
		}
		fmt.Fprintf(in.out, "%-14s %s  %s  %s  %s  %s\n", l.Login, l.Name, stateWords[l.State], l.Home, strings.Join(l.Roles, " "), seen)
	}
	if len(all) == 0 {
		_, err = fmt.Fprintln(in.out, "还没有人。先请两位管账号的：pugongying staff add --role admin --region 地区编码 --login 账号 --name 名字")
	}
	return err
}

type staffDemo struct{}

// walk is the whole way in five minutes, by login.
var walk = []string{
	"手机     学堂里点 我的 › 来帮忙 › 志愿者：写一篇四格来稿，交上去（zhiyuan 也能在工作台上写）",
	"sanshen  三审编辑：整理来稿，加引用，交上去审；谁动过笔谁就是作者，不能审它",
	"yishen   一审；ershen 二审；fabu 三审：三个没动过笔的人各看一遍，退回或者通过",
	"fabu     发布：排时间、上线；任何一位编辑都能马上撤下",
	"guanli1  管账号：请人进来、停用；guanli2 是第二位，要两个人的事由她同意",
	"shenji   审计：谁做过什么；dudao 督导：季度报表",
}

// Run prints the 演示 accounts and how to walk the whole way.
func (staffDemo) Run(in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	if err := app.Demonstration(c); err != nil {
		return err
	}
	fmt.Fprintf(in.out, "学堂：http://%s\n", c.Listen)
	fmt.Fprintf(in.out, "工作台：http://%s/console，演示账号（只在本机能用）\n", c.Listen)
	fmt.Fprintf(in.out, "  密码都是 %s\n  动态码：bin/pugongying staff code（30 秒换一个，一个码每个账号用一次）；或者把 %s 加进动态码软件\n", staff.DemoPassword, staff.DemoSecret)
	fmt.Fprintln(in.out, "五分钟走一遍：")
	for _, line := range walk {
		fmt.Fprintln(in.out, "  "+line)
	}
	return nil
}

type staffCode struct{}

// Run prints the one-time code of 演示 accounts.
func (staffCode) Run(in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	if err := app.Demonstration(c); err != nil {
		return err
	}
	now := time.Now()
	code, err := totp.GenerateCode(staff.DemoSecret, now)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.out, "%s（还有 %d 秒）\n", code, 30-now.Unix()%30)
	return err
}
