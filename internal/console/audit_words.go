package console

import (
	"strings"

	"pugongying/internal/audit"
	"pugongying/internal/ledger"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// detailLine says an entry's details as people say them, in the order of the allow-list.
func (a *auditPages) detailLine(e audit.Entry, names map[string]string) string {
	var words []string
	for _, key := range audit.Details(e.Action) {
		if value, there := e.Detail[key]; there {
			if said := a.detail(e, key, value, names); said != "" {
				words = append(words, said)
			}
		}
	}
	return strings.Join(words, "，")
}

// detail is one detail in words; "" for one that another says along.
func (a *auditPages) detail(e audit.Entry, key, value string, names map[string]string) string {
	switch key {
	case "version":
		return versionWords(e.Action, value)
	case "from", "to":
		return a.movedWords(e, key, value, names)
	case "region":
		return placeName(a.regions, region.Code(value))
	case "role":
		return roleWord(value)
	case "first":
		return "先提出的是" + accountName(value, names)
	case "code":
		return wordsOfTrouble(value)
	}
	if said := detailCodes[key]; said != nil {
		return nameOr(said[value], value)
	}
	if counted, known := detailCounts[key]; known {
		return counted[0] + value + counted[1]
	}
	return value
}

func accountName(id string, names map[string]string) string { return nameOr(names[id], id) }

// versionWords says a version: a text's has a number, a law's is named by its day.
func versionWords(action audit.Action, value string) string {
	if action == audit.LawWithdraw || action == audit.LawRestore {
		return value + " 的文本"
	}
	return "第 " + value + " 版"
}

// movedWords says from where to where: a text between its states, a review between people or regions.
func (a *auditPages) movedWords(e audit.Entry, key, value string, names map[string]string) string {
	switch e.Action {
	case audit.PublishStep:
		if key == "from" {
			return ""
		}
		return nameOr(textStates[publish.State(e.Detail["from"])], e.Detail["from"]) + " → " + nameOr(textStates[publish.State(value)], value)
	case audit.PublishEscalate:
		return map[string]string{"from": "原来问的是", "to": "改问"}[key] + placeName(a.regions, region.Code(value))
	case audit.PublishAssign:
		if value == publish.Nobody {
			return "不给谁了"
		}
		return "给" + accountName(value, names)
	}
	return "从第 " + value + " 版来"
}

// detailAccounts are the accounts that an entry's details name.
func detailAccounts(e audit.Entry) []string {
	var ids []string
	for key, value := range e.Detail {
		if key == "first" || key == "to" && e.Action == audit.PublishAssign {
			ids = append(ids, value)
		}
	}
	return ids
}

// detailCodes are the details whose values are codes, with what each is called.
var detailCodes = map[string]map[string]string{
	"act": {
		string(publish.ActSubmit): "交上去", string(publish.ActClear): "机器查过了", string(publish.ActPass): "通过", string(publish.ActReturn): "退回",
		string(publish.ActRestart): "字变了，从头审", string(publish.ActSchedule): "定时间", string(publish.ActUnschedule): "不定时间了", string(publish.ActRelease): "上线",
		string(publish.ActSupersede): "换下", string(publish.ActWithdraw): "撤下",
		"make": "开了一组", "pieces": "换了哪几件", "stop": "取消时间", "stopped": "到点没上，停下了", "live": "一起上线",
		"mark": "过了日子，写上正在重新核对", "set": "看过了，定下一次", "law": "法律改了，提前",
		"ask": "请了", "answer": "她回答了",
		"add": "新加的", "change": "改了", "profile": "改了介绍", "week": "改了每周的时间", "except": "改了几天", "unexcept": "那几天照旧",
		"active": "接着做", "suspended": "先停下", "calendar": "换了日历地址",
	},
	"outcome": {string(publish.OutcomeDown): "撤下了", string(publish.OutcomeMend): "在改", string(publish.OutcomeStays): "认不出谁，留着"},
	"purpose": {string(staff.Join): "请她进来", string(staff.Renew): "重做动态码", string(staff.Bind): "连上微信"},
	"how":     {staff.HowPassword: "用密码", staff.HowScan: "扫码", staff.HowWeChat: "用微信", staff.HowJoin: "用邀请码"},
	"verdict": {string(staff.ApplicationWaiting): "同意，还要一个人", string(staff.ApplicationAccepted): "第二个人也同意，收下了", string(staff.ApplicationDeclined): "没有收"},
	"kind":    kindCodes(),
}

func kindCodes() map[string]string {
	all := map[string]string{
		string(staff.Console): "在电脑上", string(staff.Phone): "在手机上",
		string(staff.ProposeRestore): "恢复账号", string(staff.ProposeGrant): "给角色", string(staff.ProposeReset): "重做动态码",
	}
	for kind, words := range textKinds {
		all[string(kind)] = words
	}
	for _, kind := range ledger.Kinds() {
		all[string(kind)] = kind.Words()
	}
	return all
}

// detailCounts are the details whose values are numbers or names of their own, with what stands around each.
var detailCounts = map[string][2]string{
	"count": {"一共 ", " 件"}, "pieces": {"", " 件"}, "added": {"新的 ", ""}, "changed": {"改了 ", ""}, "same": {"没有变的 ", ""}, "replaced": {"换了 ", ""}, "drafted": {"留作草稿 ", ""},
	"withdrawn": {"撤下 ", ""}, "versions": {"文本 ", " 份"}, "files": {"文件 ", " 个"}, "edition": {"版次 ", ""}, "quantity": {"数 ", ""}, "proofs": {"凭据 ", " 份"}, "of": {"更正 ", ""},
	"hurt": {"动到 ", " 个约"}, "dates": {"", " 天"}, "day": {"", ""}, "hash": {"校验值 ", ""}, "sha": {"校验值 ", ""}, "lines": {"", " 行"},
}

// actorWords are the parts of the program that act by themselves.
var actorWords = map[string]string{
	"shipped": "放自带的内容", "checker": "机器查", "schedule": "到点的事", "escalation": "等太久，转给上一级", "lawyer": "外面请的律师", "contribution": "来稿到期", "staff": "过期的事", "demo": "放演示账号",
}

// subjectWords are subjects that are no single thing.
var subjectWords = map[string]string{"publications": "好几件", "laws": "法律"}
