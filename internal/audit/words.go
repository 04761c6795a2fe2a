package audit

// words are the actions as people say them, for the auditor's page. An action is added here when it is added.
var words = map[Action]string{
	PublishImport: "导入草稿", PublishRevise: "存了新的一版", PublishStep: "走了一步", PublishWithdraw: "撤下", PublishSeed: "放进自带的内容",
	LawImport: "导入法律", LawWithdraw: "撤下一个法律版本", LawRestore: "恢复一个法律版本", ContributionSend: "交来一件", ContributionConsent: "记下同意", ContributionRead: "看了原话", ContributionTake: "开始整理",
	ContributionReturn: "退回给作者", ContributionWithdraw: "连稿撤回", ContributionErase: "原话到期销毁",
	StaffInvite: "请了一个人", StaffJoin: "用邀请码进来", StaffSignIn: "登录", StaffStepUp: "又填了动态码", StaffPassword: "换了密码",
	StaffGrant: "给了角色", StaffRevoke: "收回角色", StaffSuspend: "停用账号", StaffPropose: "提出一件要两个人的事", StaffApprove: "第二个人同意",
	StaffDecline: "第二个人没同意", ApplicationVet: "看了一份报名",
	ActEnter: "记了一件线下的事", ActProve: "补了凭据", ActCorrect: "更正了一笔", QuarterClose: "封了一个季度", QuarterFreeze: "算出了封存的校验值",
	PictureAdd: "放了一张图", PictureDescribe: "写了图的说明", PictureRemove: "删了一张图",
	PublishCreate: "开了一件", PublishComment: "说了一句", PublishAssign: "交给谁审", PublishEscalate: "转给上一级审", PublishTrouble: "到点没能上线", PublishBundle: "动了一组",
	PublishReviewAt: "改了重新核对的日子", PublishReport: "办了一次举报", PublishLawyer: "请律师看，或她回答了",
	CounsellorChange: "改了老师的资料", PlanChange: "改了来的时间", RoomChange: "改了房间", DutyChange: "改了值班表", IntakeOpen: "打开来访人写的",
}

// Words is what people call the action.
func (a Action) Words() string { return words[a] }
