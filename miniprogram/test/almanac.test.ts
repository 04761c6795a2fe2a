import { Solar } from 'lunar-typescript'
import { describe, expect, it } from 'vitest'
import { dayOf } from '@/almanac/day'
import { names, terms } from '@/almanac/table'

const beijing = (day: string, hour = '12:00:00') => Date.parse(`${day}T${hour}+08:00`)

describe('the almanac', () => {
  it.each([
    ['2026-11-21', '立冬', '距小雪 1 天'],
    ['2026-11-22', '小雪', '距大雪 15 天'],
    ['2026-11-23', '小雪', '距大雪 14 天'],
    ['2026-12-06', '小雪', '距大雪 1 天'],
    ['2026-12-07', '大雪', '距冬至 15 天'],
    ['2027-01-01', '冬至', '距小寒 4 天'],
  ])('knows %s', (day, term, next) => {
    expect(dayOf(beijing(day))).toMatchObject({ term, next })
  })

  it('says what the drawing says', () => {
    expect(dayOf(beijing('2026-11-23'))).toMatchObject({ civil: '2026 年 11 月 23 日', weekday: '星期一', lunar: '农历十月十五' })
    expect(dayOf(beijing('2026-11-23')).chore).toContain('菜窖')
  })

  it('turns the day at midnight in Beijing', () => {
    expect(dayOf(beijing('2026-11-22', '00:00:00')).term).toBe('小雪')
    expect(dayOf(beijing('2026-11-21', '23:59:59')).term).toBe('立冬')
  })

  it('agrees with the library on every day of 2024 to 2040', () => {
    const wrong: string[] = []
    for (let at = beijing('2024-01-01'); at <= beijing('2040-12-31'); at += 86_400_000) {
      const [y, m, d] = new Date(at + 8 * 3_600_000).toISOString().slice(0, 10).split('-').map(Number)
      const lunar = Solar.fromYmd(y, m, d).getLunar()
      const month = lunar.getMonthInChinese()
      const want = `农历${month}月${lunar.getDayInChinese()}|${lunar.getPrevJieQi(true).getName()}`
      const got = dayOf(at)
      if (`${got.lunar}|${got.term}` !== want) wrong.push(`${y}-${m}-${d}: ${got.lunar}|${got.term}, not ${want}`)
    }
    expect(wrong).toEqual([])
  })

  it('has 24 terms a year, two a month', () => {
    expect(names).toHaveLength(24)
    expect(Object.values(terms).every((days) => days.length === 24)).toBe(true)
  })

  it('still gives the date on a phone whose clock is wrong', () => {
    expect(dayOf(0)).toMatchObject({ civil: '1970 年 1 月 1 日', term: '', lunar: '', next: '' })
    expect(dayOf(beijing('2077-05-05')).civil).toBe('2077 年 5 月 5 日')
  })
})
