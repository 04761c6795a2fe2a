import { lunarYears, names, terms } from './table'

/** What the almanac says of a day, from the table alone: no network, no clock of its own. */
export interface Day {
  civil: string
  weekday: string
  term: string
  lunar: string
  /** Like “距大雪 14 天”; empty past the table. */
  next: string
  saying: string
  chore: string
}

const dayMs = 86_400_000
const weekdays = ['日', '一', '二', '三', '四', '五', '六']
const digits = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十']
const monthNames = ['正', '二', '三', '四', '五', '六', '七', '八', '九', '十', '冬', '腊']

/** What farmers and herders of the steppe say and do in each of the 24 terms, in the order of the table. */
const lines: readonly (readonly [string, string])[] = [
  ['小寒大寒，冷成一团。', '牲畜饮水槽每天敲冰；夜里多添一遍草。'],
  ['大寒到顶点，日后天渐暖。', '清点饲草，算到接羔；水管用旧毡子包好。'],
  ['立春一日，水暖三分。', '修整农具，挑选种子；接羔棚先消一遍毒。'],
  ['雨水有雨，庄稼好收成。', '化雪前把圈舍门口垫高；窖里的土豆翻一翻。'],
  ['惊蛰地气通，农活开了工。', '送粪到地头；检查犁和播种机的轴承。'],
  ['春分麦起身，一刻值千金。', '顶凌耙地保墒；母羊产后喂温水。'],
  ['清明前后，种瓜点豆。', '小麦下种；围栏倒了的先扶起来。'],
  ['谷雨前后一场雨，胜过秀才中了举。', '整地备播；羊只剪毛先挑晴天。'],
  ['立夏到小满，种啥也不晚。', '玉米、大豆抢墒下种；牲畜打防疫针。'],
  ['小满不满，麦有一险。', '查苗补苗；草场返青，先不急着上牲畜。'],
  ['芒种忙，下晚秧。', '糜黍荞麦赶种；地边排水沟通一通。'],
  ['夏至东风摇，麦子水里捞。', '锄草间苗；牲畜中午赶到阴凉处。'],
  ['小暑不算热，大暑三伏天。', '看天浇水；打草机上油，备好捆绳。'],
  ['大暑热不透，大热在秋后。', '雨后查看低洼地；饮水点每天换水。'],
  ['立秋十天遍地黄。', '打草场开镰；白菜萝卜下种。'],
  ['处暑找黍，白露割谷。', '晒干草，垛成堆；羊群开始抓膘。'],
  ['白露身不露，寒露脚不露。', '收糜黍；菜窖通风晾一晾。'],
  ['秋分无生田，准备动刀镰。', '收玉米豆子；选留明年的种子。'],
  ['寒露不算冷，霜降变了天。', '土豆起完入窖；冬羊出栏前称一称。'],
  ['霜降见霜，米谷满仓。', '秋翻地，存墒；圈舍补好漏风处。'],
  ['立冬不砍菜，必定要受害。', '白菜入窖；牲畜转到冬营地。'],
  ['小雪雪满天，来年必丰年。', '牲畜圈舍查一遍风口，草料垛盖严；菜窖留好通气孔。'],
  ['大雪兆丰年。', '雪后先扫圈顶；车里放好铁锹和毡垫。'],
  ['冬至不端饺子碗，冻掉耳朵没人管。', '夜长草料要添足；炉子和烟筒查一遍。'],
]

const utc = (year: number, month: number, day: number) => Date.UTC(year, month - 1, day)

function termDays(year: number): { at: number; index: number }[] {
  return (terms[year] ?? []).map((day, index) => ({ at: utc(year, Math.floor(index / 2) + 1, day), index }))
}

function termsAround(at: number, year: number) {
  const all = [...termDays(year - 1), ...termDays(year), ...termDays(year + 1)]
  return { now: all.filter((t) => t.at <= at).pop(), next: all.find((t) => t.at > at) }
}

function dayName(n: number): string {
  if (n === 10) return '初十'
  if (n === 20) return '二十'
  if (n === 30) return '三十'
  const tens = ['初', '十', '廿'][Math.floor(n / 10)]
  return tens + digits[n % 10]
}

function lunarOf(at: number): string {
  const began = (y: (typeof lunarYears)[number]) => {
    const [year, month, day] = y.begins.split('-').map(Number)
    return utc(year, month, day)
  }
  const own = [...lunarYears].reverse().find((y) => began(y) <= at)
  if (!own) return ''
  let left = Math.round((at - began(own)) / dayMs)
  for (let i = 0; i < own.long.length; i++) {
    const length = own.long[i] === '1' ? 30 : 29
    if (left < length) {
      const isLeap = own.leap > 0 && i === own.leap
      const month = own.leap > 0 && i >= own.leap ? i - 1 : i
      return `农历${isLeap ? '闰' : ''}${monthNames[month]}月${dayName(left + 1)}`
    }
    left -= length
  }
  return ''
}

/** dayOf describes the civil day of an instant, at Beijing time. */
export function dayOf(instant: number): Day {
  const beijing = new Date(instant + 8 * 3_600_000)
  const [year, month, day] = [beijing.getUTCFullYear(), beijing.getUTCMonth() + 1, beijing.getUTCDate()]
  const at = utc(year, month, day)
  const { now, next } = termsAround(at, year)
  const [saying, chore] = lines[now?.index ?? 0]
  return {
    civil: `${year} 年 ${month} 月 ${day} 日`,
    weekday: `星期${weekdays[beijing.getUTCDay()]}`,
    term: now ? names[now.index] : '',
    lunar: lunarOf(at),
    next: next ? `距${names[next.index]} ${Math.round((next.at - at) / dayMs)} 天` : '',
    saying: now ? saying : '',
    chore: now ? chore : '',
  }
}
