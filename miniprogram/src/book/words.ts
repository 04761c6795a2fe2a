import type { Mode, Whom } from '@/api/booking'
import { beijing } from '@/core/words'

/** Words of the booking pages, made from data. Every time is Beijing's. */

export const whoms: { id: Whom; name: string }[] = [
  { id: 'self', name: '我自己' },
  { id: 'child', name: '我的孩子' },
  { id: 'other', name: '我帮的人' },
]

export const ages = [
  { id: 'under8', name: '不满 8 岁' },
  { id: '8-13', name: '8—13 岁' },
  { id: '14-17', name: '14—17 岁' },
]

export const modes: { id: Mode; name: string; icon: 'people' | 'phone' | 'film' }[] = [
  { id: 'in_person', name: '当面', icon: 'people' },
  { id: 'phone', name: '电话', icon: 'phone' },
  { id: 'video', name: '视频', icon: 'film' },
]

export const modeName = (mode: string): string => modes.find((m) => m.id === mode)?.name ?? ''

const weekdays = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']
const dayMs = 86_400_000

/** weekday of a civil day. */
export const weekday = (day: string): string => weekdays[new Date(`${day}T00:00:00Z`).getUTCDay()]

/** addDays goes on by civil days. */
export const addDays = (day: string, n: number): string => new Date(Date.parse(`${day}T00:00:00Z`) + n * dayMs).toISOString().slice(0, 10)

/** 2026-12-04 → 12 月 4 日 周五 */
export const dayAndWeekday = (day: string): string => `${Number(day.slice(5, 7))} 月 ${Number(day.slice(8))} 日 ${weekday(day)}`

/** An instant's time of the day: 9:00. */
export function timeOf(instant: string): string {
  const t = new Date(Date.parse(instant) + 8 * 3_600_000)
  return `${t.getUTCHours()}:${String(t.getUTCMinutes()).padStart(2, '0')}`
}

export const dayOf = (instant: string): string => beijing(Date.parse(instant))

/** 12 月 4 日 周五 10:00 */
export const momentInWords = (instant: string): string => `${dayAndWeekday(dayOf(instant))} ${timeOf(instant)}`

/** 10482751603 → 104 8275 1603, as telephone numbers are written. */
export const codeInWords = (code: string): string => code.replace(/^(\d{3})(\d{4})(\d{4})$/, '$1 $2 $3')

/** Milliseconds that are left, as 4:38; hours where there are any. */
export function leftInWords(ms: number): string {
  const s = Math.max(0, Math.ceil(ms / 1000))
  if (s >= 3600) return `${Math.floor(s / 3600)} 小时 ${Math.floor((s % 3600) / 60)} 分`
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
}

export interface Cell {
  day: string
  number: number
  word: string
  free: boolean
  past: boolean
}

/** calendar is two weeks from the Monday of a day, with a word under each: free or not, never colour alone. */
export function calendar(from: string, today: string, free: Set<string>): Cell[] {
  const monday = addDays(from, -((new Date(`${from}T00:00:00Z`).getUTCDay() + 6) % 7))
  return Array.from({ length: 14 }, (_, i) => {
    const day = addDays(monday, i)
    const past = day < today
    return { day, number: Number(day.slice(8)), word: past ? '' : free.has(day) ? '有' : day === today ? '今天' : '没有', free: free.has(day) && !past, past }
  })
}
