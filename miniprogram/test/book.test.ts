import { beforeEach, describe, expect, it } from 'vitest'
import { answersOf, digitsOf, distinct, reservedFor, longer, nearest, needsConsent, order, reachable, startOver, wishOf } from '@/book/order'
import { addDays, calendar, codeInWords, dayAndWeekday, dayOf, leftInWords, modeName, momentInWords, timeOf, weekday } from '@/book/words'
import { forgetAll } from '@/core/volatile'
import type { Appointment, Slot } from '@/api/types'

const visit = (over: Partial<Appointment> = {}): Appointment =>
  ({ id: 'a', state: 'held', slot: 's', counsellor: 'c', name: '斯琴老师', start: '2026-12-04T02:00:00Z', end: '2026-12-04T02:50:00Z', mode: 'in_person', place: { name: '中心' }, extendable: true, ...over }) as Appointment
const slot = (start: string, id = start): Slot => ({ id, start, counsellor: 'c' }) as Slot
const now = Date.parse('2026-12-01T00:00:00Z')

describe('times', () => {
  it('are said at Beijing time, whatever zone the phone is in', () => {
    expect(momentInWords('2026-12-04T02:00:00Z')).toBe('12 月 4 日 周五 10:00')
    expect(momentInWords('2026-12-03T18:05:00+00:00')).toBe('12 月 4 日 周五 2:05')
    expect(dayOf('2026-12-31T16:30:00Z')).toBe('2027-01-01')
    expect(timeOf('2026-12-04T10:00:00+08:00')).toBe('10:00')
    expect(dayAndWeekday('2026-02-28')).toBe('2 月 28 日 周六')
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(weekday('2026-11-30')).toBe('周一')
  })
  it('that are left are counted down, in hours where there are any', () => {
    expect(leftInWords(278_000)).toBe('4:38')
    expect(leftInWords(1)).toBe('0:01')
    expect(leftInWords(-5)).toBe('0:00')
    expect(leftInWords(4_320_000)).toBe('1 小时 12 分')
  })
})

describe('the calendar', () => {
  it('is two weeks from Monday with a word under each day', () => {
    const cells = calendar('2026-12-02', '2026-12-02', new Set(['2026-12-04', '2026-12-01']))
    expect(cells.map((c) => c.day)).toEqual(Array.from({ length: 14 }, (_, i) => addDays('2026-11-30', i)))
    expect(cells[1]).toMatchObject({ past: true, word: '', free: false }) // yesterday is not offered, whatever is said of it
    expect(cells[2].word).toBe('今天')
    expect(cells[4]).toMatchObject({ word: '有', free: true })
    expect(cells[5]).toMatchObject({ word: '没有', free: false })
  })
})

describe('a code', () => {
  it('is written as telephone numbers are, and read however it is typed', () => {
    expect(codeInWords('10482751603')).toBe('104 8275 1603')
    expect(codeInWords('abc')).toBe('abc')
    expect(digitsOf('104 8275-1603')).toBe('10482751603')
  })
})

describe('a held time', () => {
  it('runs by this phone, whose clock may be a day wrong', () => {
    const current = reservedFor(visit({ holdExpiresAt: new Date(now + 300_000).toISOString() }), 300, now)
    expect(current.until - now).toBe(297_000)
    expect(reservedFor(visit({ holdExpiresAt: new Date(now - 86_400_000).toISOString() }), 300, now).until - now).toBe(297_000)
  })
  it('gets five minutes more on top of what was left', () => {
    const current = reservedFor(visit(), 300, now)
    expect(longer(current, visit({ extendable: false }), 300, now + 250_000).until).toBe(current.until + 300_000)
    expect(longer(current, visit(), 300, now + 999_000).until).toBe(now + 999_000 + 300_000)
  })
  it('of the waitlist ends when the server says', () => {
    const until = now + 12 * 3_600_000
    expect(reservedFor(visit({ holdExpiresAt: new Date(until).toISOString() }), 300, now).until).toBe(until)
  })
})

describe('what she wrote', () => {
  beforeEach(startOver)
  it('is forgotten with 离开', () => {
    Object.assign(order.value, { whom: 'child', text: '夜里醒', contact: { call: true, number: '04710002036' } })
    forgetAll()
    expect(order.value.whom).toBe('')
    expect(order.value.text).toBe('')
    expect(order.value.contact).toEqual({ call: false })
  })
  it('is sent without what was not asked of her', () => {
    Object.assign(order.value, { whom: 'self', age: '8-13', alone: 'yes', consent: true, contact: { call: false, number: '12345678', when: ['noon'] } })
    const sent = answersOf(order.value)
    expect(sent).not.toHaveProperty('age')
    expect(sent).not.toHaveProperty('alone')
    expect(sent.consent).toBe(false)
    expect(sent.contact).toEqual({ call: false }) // she took it back: the number is not sent
  })
  it('needs a guardian below fourteen alone', () => {
    const cases: [string, string, boolean][] = [['child', 'under8', true], ['child', '8-13', true], ['child', '14-17', false], ['self', '8-13', false], ['other', '8-13', false]]
    for (const [whom, age, want] of cases) {
      Object.assign(order.value, { whom, age })
      expect(needsConsent(order.value), `${whom} ${age}`).toBe(want)
    }
  })
  it('names nobody twice and at most five who must not see it', () => {
    Object.assign(order.value, { whom: 'self', not: '王芳，李静、 赵 钱 孙 周' })
    expect(answersOf(order.value).not).toEqual(['王芳', '李静', '赵', '钱', '孙'])
  })
  it('narrows whom she sees only by one topic', () => {
    order.value.topics = ['sleep']
    expect(wishOf(order.value, '150100000000')).toEqual({ mode: 'in_person', region: '150100000000', topic: 'sleep' })
    order.value.topics = ['sleep', 'school']
    expect(wishOf(order.value, undefined)).toEqual({ mode: 'in_person' })
  })
})

describe('a number to call', () => {
  it('needs when, and who we are', () => {
    expect(reachable({ call: false })).toBe(true)
    expect(reachable({ call: true })).toBe(false)
    expect(reachable({ call: true, number: '0471 000 2036', when: ['noon'], as: 'centre' })).toBe(true)
    expect(reachable({ call: true, number: '110', when: ['noon'], as: 'centre' })).toBe(false)
    expect(reachable({ call: true, number: '04710002036', when: [], as: 'centre' })).toBe(false)
    expect(reachable({ call: true, number: '04710002036', when: ['noon'], as: 'own', asText: ' ' })).toBe(false)
    expect(reachable({ call: true, number: '04710002036', when: ['noon'], as: 'own', asText: '快递站' })).toBe(true)
  })
})

describe('free times', () => {
  it('nearest to a lost one are three, in their order', () => {
    const all = ['2026-12-03T02:00:00Z', '2026-12-04T06:00:00Z', '2026-12-08T02:00:00Z', '2026-12-20T02:00:00Z'].map((s) => slot(s))
    expect(nearest(all, '2026-12-04T02:00:00Z').map((s) => s.start)).toEqual(all.slice(0, 3).map((s) => s.start))
    expect(nearest([], '2026-12-04T02:00:00Z')).toEqual([])
  })
  it('of anybody are shown once, whoever has them', () => {
    expect(distinct([slot('2026-12-03T02:00:00Z', 'a'), slot('2026-12-03T02:00:00Z', 'b'), slot('2026-12-03T03:00:00Z', 'c')]).map((s) => s.id)).toEqual(['a', 'c'])
  })
  it('have a word for how they are held', () => {
    expect(modeName('video')).toBe('视频')
    expect(modeName('letter')).toBe('')
  })
})
