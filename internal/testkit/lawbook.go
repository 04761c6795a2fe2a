package testkit

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// LawBook describes an invented collection of laws in the layout of the public repository LawRefBook/Laws: one Markdown
// file per law, one folder per category. The same description always gives the same bytes. No sentence is from a real law.
type LawBook struct {
	Laws     int
	Articles int // in all laws together
}

// WholeLawBook is as large as the public repository is.
var WholeLawBook = LawBook{Laws: 3100, Articles: 141_000}

// Tenth is a book of a tenth of the size.
func (b LawBook) Tenth() LawBook { return LawBook{Laws: b.Laws / 10, Articles: b.Articles / 10} }

// Title is the n-th law's, counted from 0; no two laws share one.
func (b LawBook) Title(n int) string {
	place, topic := bookPlaces[n%len(bookPlaces)], bookTopics[n/len(bookPlaces)%len(bookTopics)]
	kind := bookKinds[n/len(bookPlaces)/len(bookTopics)%len(bookKinds)]
	return place + topic + kind
}

// Count is how many articles the n-th law has.
func (b LawBook) Count(n int) int {
	return b.Articles*(n+1)/b.Laws - b.Articles*n/b.Laws
}

// Phrase is a sentence of the n-th law's first article, which no other law has.
func (b LawBook) Phrase(n int) string {
	return "第" + numeral(n+1) + "号风筝由" + b.Title(n) + "约定"
}

// Write writes the whole book into a folder.
func (b LawBook) Write(dir string) error {
	for n := range b.Laws {
		folder := filepath.Join(dir, bookCategories[n%len(bookCategories)])
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, b.Title(n)+".md"), []byte(b.text(n)), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (b LawBook) text(n int) string {
	random := rand.New(rand.NewPCG(uint64(n), 2393))
	var s strings.Builder
	day := func(year int) string {
		return fmt.Sprintf("%d年%d月%d日", year, 1+random.IntN(12), 1+random.IntN(28))
	}
	year := 1985 + random.IntN(35)
	fmt.Fprintf(&s, "# %s\n\n%s 通过\n\n%s 施行\n\n<!-- INFO END -->\n\n", b.Title(n), day(year), day(year+1))
	count := b.Count(n)
	for i := range count {
		if i%12 == 0 {
			fmt.Fprintf(&s, "## 第%s章 %s\n\n", numeral(i/12+1), bookTopics[random.IntN(len(bookTopics))])
		}
		fmt.Fprintf(&s, "第%s条 ", numeral(i+1))
		if i == 0 {
			s.WriteString(b.Phrase(n) + "。")
		}
		for range 1 + random.IntN(3) {
			s.WriteString(sentence(random) + "\n\n")
		}
		if random.IntN(8) == 0 {
			s.WriteString("前款所称情形包括：\n\n")
			for item := range 2 + random.IntN(3) {
				fmt.Fprintf(&s, "（%s）%s\n\n", numeral(item+1), sentence(random))
			}
		}
	}
	return s.String()
}

// sentence is two or three clauses about kites and lanterns, one word in four of which is put together from characters.
func sentence(random *rand.Rand) string {
	pick := func(from []string) string { return from[random.IntN(len(from))] }
	word := func() string {
		if random.IntN(4) > 0 {
			return pick(bookNouns)
		}
		return string([]rune{bookCharacters[random.IntN(len(bookCharacters))], bookCharacters[random.IntN(len(bookCharacters))]})
	}
	var s strings.Builder
	for clause := range 2 + random.IntN(2) {
		if clause > 0 {
			s.WriteString("，")
		}
		fmt.Fprintf(&s, "%s%s%s%s%s的%s", pick(bookWho), pick(bookModals), pick(bookVerbs), word(), pick(bookPlaces)[:6], word())
	}
	fmt.Fprintf(&s, "，期限为%s日。", numeral(1+random.IntN(120)))
	return s.String()
}

// numeral is a number below 10,000 as laws write it.
func numeral(n int) string {
	digits := []rune("零一二三四五六七八九")
	var s string
	for _, unit := range []struct {
		value int
		name  string
	}{{1000, "千"}, {100, "百"}, {10, "十"}} {
		d := n / unit.value
		n %= unit.value
		switch {
		case d > 0 && unit.value == 10 && d == 1 && s == "":
			s += unit.name
		case d > 0:
			s += string(digits[d]) + unit.name
		case s != "" && n > 0 && !strings.HasSuffix(s, "零"):
			s += "零"
		}
	}
	if n > 0 || s == "" {
		s += string(digits[n])
	}
	return s
}

var (
	bookCategories = []string{"宪法相关法", "民法商法", "行政法", "经济法", "社会法", "行政法规", "部门规章", "司法解释", "地方性法规"}
	bookKinds      = []string{"条例", "办法", "规定", "实施细则"}
	bookPlaces     = strings.Fields("云溪市 松岭市 青坡县 白桦县 月湖区 沙棘旗 杏林镇 石桥镇 柳湾区 鹿鸣县 枫桥市 竹坞县 荷塘区 雁门镇 麦田县 榆树市 星河区 梨花镇 草甸旗 驼铃镇 雪原县 金滩市 银泉县 玉带区 燕窝镇 橡木市 菊园县 霜叶区 晨光镇 暮云县")
	bookTopics     = strings.Fields("风筝管理 灯笼制作 线轴检验 纸鸢展览 云朵观察 山坡养护 屋顶修缮 鸟巢登记 花圃浇灌 竹篾采伐 彩绘教习 放飞场地 烛火安全 糨糊配制 绢布仓储 哨音测量 尾穗装饰 骨架粘合 风向预告 赛会组织 旧筝回收 童谣采集 船桨保养 陶罐烧制 棋局记录 邮筒粉刷 秋千检查 雨伞借用 书签编目 星图绘制 木屐修补 蜂箱安放 渔网晾晒 石磨租借 钟楼报时")
	bookWho        = strings.Fields("放飞人 扎制人 保管人 观看人 组织者 登记处 检验站 养护队 借用人 教习所 采集者 看守人 邻近住户 场地管理者 赛会评议组")
	bookModals     = strings.Fields("应当 可以 不得 必须 有权 负责 有义务 一般不")
	bookVerbs      = strings.Fields("归还 保管 登记 检查 修补 粘合 晾晒 测量 报告 公示 交付 更换 清点 展示 收回 赠送 记录 协商")
	bookNouns      = strings.Fields("风筝 灯笼 线轴 纸鸢 竹篾 绢布 糨糊 尾穗 骨架 哨子 彩绘 蜡烛 屋檐 山坡 草地 鸟巢 花圃 邮筒 秋千 雨伞 书签 星图 木屐 蜂箱 渔网 石磨 钟楼 陶罐 船桨 棋局 童谣 风向 云朵 场地 赛会 簿册 收据 标牌 围栏 台阶")
	bookCharacters = []rune("春夏秋冬东南西北山水云雨风雪花草竹松梅兰菊荷柳桃杏梨枣桑麦稻豆瓜果鱼鸟虫蝶燕雁鹤鹿马牛羊犬猫兔红橙黄绿青蓝紫白黑金银铜铁锡木石土沙泥砖瓦门窗桌椅床柜箱篮筐盆碗杯盘壶笔墨纸砚琴棋书画歌舞灯烛线绳布绢丝麻棉针剪尺秤钟镜伞扇帽鞋衣裙袖")
)
