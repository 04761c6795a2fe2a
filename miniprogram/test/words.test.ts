import { describe, expect, it } from 'vitest'
import { citationFacts, clockInWords, dayInWords, monthInWords, praise, shortDay } from '@/core/words'

describe('dates', () => {
  it('are said by day', () => {
    expect(dayInWords('2016-03-01')).toBe('2016 年 3 月 1 日')
    expect(monthInWords('2026-11')).toBe('2026 年 11 月')
    expect(shortDay('2026-11-12')).toBe('11 月 12 日')
    expect(clockInWords(Date.parse('2026-11-23T01:05:00Z'))).toBe('11 月 23 日 9:05')
    expect(dayInWords('去年')).toBe('去年')
  })
})

describe('a citation', () => {
  const cite = (over: Partial<Parameters<typeof citationFacts>[0]>) =>
    citationFacts({ law: 'x', lawTitle: '中华人民共和国反家庭暴力法', short: '反家庭暴力法', effective: '2016-03-01', status: 'in_force' as const, article: '23', changed: false, paragraph: 2, item: 0, label: '反家庭暴力法 第二十三条第二款', ...over })

  it('is said in parts', () => {
    expect(cite({})).toMatchObject({ line: '反家庭暴力法 · 2016 年 3 月 1 日起施行 · 现行有效', article: '第二十三条', part: '第 2 款' })
    expect(cite({ label: '刑法 第二百六十条之一第一款第二项', short: '刑法', paragraph: 1, item: 2 })).toMatchObject({ article: '第二百六十条之一', part: '第 1 款 第 2 项' })
    expect(cite({ label: '第二十四条', paragraph: 0, status: 'to_come', effective: '' })).toMatchObject({ article: '第二十四条', part: '', line: '反家庭暴力法 · 还没施行' })
  })
})

describe('praise', () => {
  it('is for what was cleared up, and never shames', () => {
    expect(praise(4, 5)).toEqual({ title: '又弄清了四件事', note: '还有一题，答案在下面。' })
    expect(praise(2, 5).title).toBe('又弄清了两件事')
    expect(praise(5, 5).title).toBe('五题都弄清了')
    expect(praise(0, 5).title).not.toMatch(/错|差|零/)
  })
})
