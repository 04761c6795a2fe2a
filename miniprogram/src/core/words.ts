import type { Citation, Standing, VersionStanding } from '@/api/types'

/** Words made from data: short, digits as digits, every date by day. */

/** 2026-03-01 → 2026 年 3 月 1 日; another shape comes back unchanged. */
export function dayInWords(day: string): string {
  const m = /^(\d{4})-(\d{2})-(\d{2})/.exec(day)
  return m ? `${m[1]} 年 ${Number(m[2])} 月 ${Number(m[3])} 日` : day
}

/** 2026-11 → 2026 年 11 月 */
export function monthInWords(month: string): string {
  const m = /^(\d{4})-(\d{2})/.exec(month)
  return m ? `${m[1]} 年 ${Number(m[2])} 月` : month
}

/** 2026-11-12 → 11 月 12 日, for days of this year's records. */
export function shortDay(day: string): string {
  const m = /^\d{4}-(\d{2})-(\d{2})/.exec(day)
  return m ? `${Number(m[1])} 月 ${Number(m[2])} 日` : day
}

export const standings: Record<Standing, string> = { in_force: '现行有效', to_come: '还没施行', repealed: '已废止', unsettled: '待核对' }

/** A text that a revision took the place of was not 废止. */
export const versionStandings: Record<VersionStanding, string> = { ...standings, superseded: '以前的版本' }

/** citationFacts splits a citation for the sheet: the law's line, the article, and the part of it that is meant. */
export function citationFacts(c: Citation) {
  const own = c.label.startsWith(c.short) ? c.label.slice(c.short.length).trim() : c.label
  const article = own.replace(/(第[^条]*条(?:之[一二三四五六七八九十]+)?).*/, '$1') || own
  const part = [c.paragraph ? `第 ${c.paragraph} 款` : '', c.item ? `第 ${c.item} 项` : ''].filter(Boolean).join(' ')
  const since = c.effective ? `${dayInWords(c.effective)}起施行` : ''
  return {
    line: [c.short, since, standings[c.status] ?? ''].filter(Boolean).join(' · '),
    article,
    part,
    plain: article,
  }
}

const small = ['零', '一', '两', '三', '四', '五', '六', '七', '八', '九', '十']

/** praise is for what was cleared up, never for knowing about harm; it stays short. */
export function praise(score: number, total: number): { title: string; note: string } {
  const count = small[score] ?? String(score)
  const left = total - score
  if (total > 0 && left === 0) return { title: `${small[total] ?? total}题都弄清了`, note: '明天还有新的五题。' }
  if (score === 0) return { title: '肯花时间来看，就很好', note: '答案和法律都在下面，慢慢看。' }
  return { title: `又弄清了${count}件事`, note: `还有${small[left] ?? left}题，答案在下面。` }
}

/** What a shared card says where a page tells something: the school's name, and the way home. */
export const shareHome = { title: '蒲公英学堂：每天五道题', path: '/pages/home/home' }

/** An instant as 11 月 23 日 9:05, at Beijing time. */
export function clockInWords(instant: number): string {
  const t = new Date(instant + 8 * 3_600_000)
  const minute = String(t.getUTCMinutes()).padStart(2, '0')
  return `${t.getUTCMonth() + 1} 月 ${t.getUTCDate()} 日 ${t.getUTCHours()}:${minute}`
}

/** beijing is the civil day of an instant at Beijing time. */
export const beijing = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
