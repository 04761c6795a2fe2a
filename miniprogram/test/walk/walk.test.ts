import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, canary } from './answers'
import { Phone, settle } from './phone'

const home = '/pages/home/home'
const almanac = '/pages/almanac/almanac'
const phone = new Phone()

beforeAll(async () => {
  phone.answer = answers
  await phone.launch()
})

beforeEach(() => {
  phone.answer = answers
})
afterEach(() => vi.useRealTimers())

async function fromHome(...taps: string[]): Promise<void> {
  wx.reLaunch({ url: home })
  await settle()
  for (const words of taps) await phone.tap(words)
}

declare const wx: { reLaunch(o: { url: string }): void }

const toResult = ['她不用一个人去', '答 2 道题', '甲q1', '选好了', '甲q2', '交上去']
/** How to come to each page that tells something. */
const sensitive: Record<string, string[]> = {
  story: ['她不用一个人去'],
  'story with its citation open': ['她不用一个人去', '反家庭暴力法 第二十三条第二款'],
  attempt: ['她不用一个人去', '答 2 道题'],
  result: toResult,
  'result with the question what to keep': [...toResult, '把错题留在这里'],
}

describe('the way through the school', () => {
  it('starts on a neutral home with one request and nobody’s name', async () => {
    expect(phone.urls).toEqual([home])
    expect(phone.text()).toContain('每日五题')
    expect(phone.asked.map((a) => `${a.method} ${a.path}`)).toEqual(['GET /home'])
  })

  it('leads from a story over its law to its questions and the result', async () => {
    await fromHome('她不用一个人去')
    expect(phone.text()).toContain(`${canary}的故事。`)
    await phone.tap('反家庭暴力法 第二十三条第二款')
    expect(phone.text()).toContain('2016 年 3 月 1 日起施行')
    await phone.tap('关上')
    await phone.tap('答 2 道题')
    expect(phone.text()).toContain('第 1 题')
    for (const words of ['甲q1', '选好了', '甲q2', '交上去']) await phone.tap(words)
    expect(phone.urls.pop()).toBe('/quiz/result/result')
    expect(phone.text()).toContain('又弄清了一件事')
    expect(phone.text()).toContain('还有：乙q2')
    expect(phone.asked.find((a) => a.path.endsWith('submission'))?.data).toEqual({ answers: { q1: ['a'], q2: ['a'] } })
    expect(phone.asked.filter((a) => a.header.Authorization)).toEqual([])
  })

  it('follows WeChat’s text size and leaves room for its capsule', () => {
    const frame = phone.top.comp.dom.innerHTML
    expect(frame).toContain('--k:1.25')
    expect(frame).toMatch(/padding-top:\s*44px/)
  })

  it('hides what tells something from captures', async () => {
    phone.effects.length = 0
    await fromHome('她不用一个人去')
    expect(phone.effects.pop()).toBe('hidden')
  })

  it('shares a story by its quiet title and the way home', async () => {
    await fromHome('她不用一个人去')
    expect(phone.top.instance.onShareAppMessage?.({})).toMatchObject({ title: '她不用一个人去', path: home })
  })
})

describe('the phone book', () => {
  it('opens without network: 110 and 120 first, and one touch dials', async () => {
    phone.answer = () => undefined
    await fromHome('电话')
    expect(phone.text()).toMatch(/^电话现在就要人来.*110报警.*120急救.*没有网络/s)
    await phone.tap('报警')
    expect(phone.called).toEqual(['110'])
    phone.answer = answers
    await phone.tap('再试一次')
    expect(phone.text()).toContain('11 月 12 日打通核实')
    expect(phone.text()).toContain('演示')
  })
})

describe('the exit', () => {
  it.each(Object.entries(sensitive))('leaves nothing of the %s', async (_, taps) => {
    await fromHome(...taps)
    expect(phone.dump()).toContain(canary)
    await phone.tap('离开', 'touchstart')
    await settle()
    expect(phone.urls).toEqual([almanac])
    expect(phone.dump()).not.toContain(canary)
    expect(phone.text()).toMatch(/农历/)
  })

  it('ends the session without her identity and signs nobody in afterwards', async () => {
    await fromHome(...toResult, '把错题留在这里', '在这台手机上记住')
    expect(phone.stored.has('token')).toBe(true)
    phone.asked.length = 0
    await phone.tap('离开', 'touchstart')
    expect([...phone.stored.keys()]).toEqual([])
    expect(phone.asked).toMatchObject([{ method: 'POST', path: '/sessions/end', data: { key: 'end-1' } }])
    expect(phone.asked[0].header).not.toHaveProperty('Authorization')

    await phone.hide()
    await phone.show()
    expect(phone.urls).toEqual([home])
    expect(phone.asked.filter((a) => a.header.Authorization || a.path === '/sessions')).toEqual([])
  })
})

describe('putting the phone down', () => {
  it.each(Object.entries(sensitive))('shows nothing of the %s while away, and home to who comes back later', async (_, taps) => {
    vi.useFakeTimers({ toFake: ['Date'] })
    await fromHome(...taps)
    await phone.hide()
    expect(phone.top.comp.dom.textContent).not.toContain(canary)
    vi.setSystemTime(Date.now() + 121_000)
    await phone.show()
    expect(phone.urls).toEqual([home])
    expect(phone.dump()).not.toContain(canary)
  })

  it('gives the page back to who returns at once', async () => {
    await fromHome('她不用一个人去')
    await phone.hide()
    await phone.show()
    expect(phone.text()).toContain(canary)
  })
})

describe('what the phone keeps', () => {
  it('was on the list all along', () => {
    expect([...phone.stored.keys()].filter((k) => !['fontsize', 'region', 'token', 'pending'].includes(k))).toEqual([])
  })
})
