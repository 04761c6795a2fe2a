import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { answers, canary } from './answers'
import { Phone, flush } from './phone'

const home = '/pages/home/home'
const practice = '/pages/practice/practice'
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
  await flush()
  for (const words of taps) await phone.tap(words)
}

/** The address of a page that was opened with something: a number stands for it. */
const opaque = (path: string) => new RegExp(`^${path}\\?n=[2-9]{6}$`)

declare const wx: { reLaunch(o: { url: string }): void }

const toResult = ['她不用一个人去', '答 2 道题', '甲q1', '选好了', '甲q2', '交上去']
/** How to come to each page that tells something. */
const sensitive: Record<string, string[]> = {
  story: ['她不用一个人去'],
  'story with its citation open': ['她不用一个人去', '反家庭暴力法 第二十三条第二款'],
  laws: ['学法', '一部一部看'],
  law: ['学法', '一部一部看', '2 个版本'],
  article: ['学法', '一部一部看', '2 个版本', '第一款…'],
  search: ['找故事、题目和法条', '彩礼'],
  'two versions': ['学法', '一部一部看', '2 个版本', '和上一版比'],
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
    expect(phone.text()).toContain('这里引用的一条法律改过了。')
    await phone.tap('关上')
    await phone.tap('答 2 道题')
    expect(phone.text()).toContain('第 1 题')
    for (const words of ['甲q1', '选好了', '甲q2', '交上去']) await phone.tap(words)
    expect(phone.urls.pop()).toBe('/quiz/result/result')
    expect(phone.text()).toContain('又弄清了一件事')
    expect(phone.text()).toContain('还有：乙q2')
    expect(phone.text()).toContain('这个要点错过两次了，先读这个故事：她不用一个人去')
    expect(phone.asked.find((a) => a.path.endsWith('submission'))?.data).toEqual({ answers: { q1: ['a'], q2: ['a'] } })
    expect(phone.asked.filter((a) => a.header.Authorization)).toEqual([])
  })

  it('opens a provision in place, the cited part lit, and goes on to what else stands on it', async () => {
    await fromHome('她不用一个人去', '反家庭暴力法 第二十三条第二款')
    const lit = [...phone.top.comp.dom.querySelectorAll('[class*=provision__lit]')].map((e) => e.textContent)
    expect(lit).toEqual([`${canary}第二款：`, '（一）甲项；', '（二）乙项。'])
    expect(phone.text()).toContain('说的是第 2 款')
    await phone.tap('还有 1 个故事、4 道题用到这一条')
    expect(phone.urls.pop()).toMatch(opaque('/law/article/article'))
    expect(phone.asked.pop()?.path).toBe('/laws/fjtblf/articles/23')
    expect(phone.text()).toContain('第四章 某章')
    await phone.tap('草场上有她的名字')
    expect(phone.urls.pop()).toMatch(opaque('/read/story/story'))
    expect(phone.asked.pop()?.path).toBe('/explainers/malan')
    await fromHome('她不用一个人去', '反家庭暴力法 第二十三条第二款', '看整部')
    expect(phone.text()).toContain('也叫：反家暴法')
    await phone.tap('和上一版比')
    expect(phone.text()).toContain('第二十三条改过了')
    expect(phone.asked.pop()?.path).toBe('/laws/fjtblf/changes?from=2009-01-01.x&to=2016-03-01.x')
    expect(phone.asked.filter((a) => a.header.Authorization)).toEqual([])
  })

  it('lists under an article what is asked about it, a few before all, each with where it is asked', async () => {
    const toArticle = sensitive.article
    await fromHome(...toArticle)
    for (const words of ['甲题？', '丙题？', '情境。', '家里的事', '去答题']) expect(phone.text()).toContain(words)
    expect(phone.text()).not.toContain('丁题？')
    await phone.tap('全部 4 题')
    expect(phone.text()).toContain('丁题？')
    await phone.tap('收起')
    expect(phone.text()).not.toContain('丁题？')
    await phone.tap('丙题？')
    expect(phone.urls.pop()).toMatch(opaque('/quiz/topic/topic'))
    expect(phone.asked.pop()?.path).toBe('/quizzes/maicao')
    await fromHome(...toArticle, '全部 4 题', '丁题？')
    expect(phone.urls.pop()).toBe(practice)
    phone.answer = (asked) => {
      const answer = answers(asked)
      if (asked.path.endsWith('/articles/23')) Object.assign(answer.data as object, { citedBy: { explainers: [], questions: [] } })
      return answer
    }
    await fromHome(...toArticle)
    expect(phone.text()).toContain('第一款。')
    expect(phone.text()).not.toContain('用到这一条')
  })

  it('says which article is meant where its text is not here', async () => {
    const detail = '学堂里还没有放这一条的原文。'
    phone.answer = (asked) => (asked.path.startsWith('/laws/') ? { status: 404, data: { status: 404, code: 'law.no_text', detail } } : answers(asked))
    await fromHome('她不用一个人去', '反家庭暴力法 第二十三条第二款')
    for (const words of ['第二十三条', '说的是第 2 款', detail, '中华人民共和国反家庭暴力法']) expect(phone.text()).toContain(words)
    phone.answer = (asked) => (asked.path.startsWith('/laws/') ? undefined : answers(asked))
    await fromHome('她不用一个人去', '反家庭暴力法 第二十三条第二款')
    expect(phone.text()).toContain('连上网再看这一条的原文')
    phone.answer = answers
    await phone.tap('再试一次')
    expect(phone.text()).toContain(`${canary}第一款。`)
  })

  it('looks something up only when told to, and keeps the words nowhere', async () => {
    phone.asked.length = 0
    await fromHome('找故事、题目和法条')
    expect(phone.asked.filter((a) => a.path.startsWith('/search'))).toEqual([])
    await phone.tap('彩礼')
    expect(phone.asked.pop()).toMatchObject({ path: `/search?q=${encodeURIComponent('彩礼')}&limit=20` })
    expect(phone.text()).toContain('全部 2')
    expect(phone.urls.pop()).toBe('/read/search/search')
    await phone.tap('法条 1')
    expect(phone.asked.pop()?.path).toContain('&kind=article')
    await phone.tap('某法')
    expect(phone.urls.pop()).toMatch(opaque('/law/article/article'))
    expect([...phone.stored.values()].join()).not.toContain('彩')
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
    expect(phone.text()).toMatch(/^离开电话现在就要人来.*110报警.*120急救.*没有网络/s)
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
    await phone.tap('离开')
    await flush()
    expect(phone.urls).toEqual([almanac])
    expect(phone.dump()).not.toContain(canary)
    expect(phone.text()).toMatch(/农历/)
  })

  it('covers the attempt from the touch on, and takes back a touch that moves away', async () => {
    await fromHome(...sensitive.attempt, '甲q1')
    const veiled = () => phone.top.comp.dom.querySelector('[class*=screen__veil]') !== null
    const [chosen, asked] = [phone.dump(), phone.asked.length]
    await phone.touch('离开', 'touchstart')
    expect(veiled()).toBe(true)
    await phone.touch('离开', ['touchmove', 9])
    expect(veiled()).toBe(true)
    await phone.touch('离开', ['touchmove', 14], 'touchend')
    expect(veiled()).toBe(false)
    expect(phone.urls.pop()).toMatch(opaque('/quiz/attempt/attempt'))
    expect([phone.dump(), phone.asked.length]).toEqual([chosen, asked])
    await phone.tap('离开')
    expect(phone.urls).toEqual([almanac])
  })

  it('takes what was due off home', async () => {
    await fromHome()
    expect(phone.text()).not.toContain('该复习')
    await fromHome(...toResult, '把错题留在这里', '在这台手机上记住')
    await fromHome()
    expect(phone.text()).toContain('今天有 2 个要点该复习')
    expect(phone.text()).toContain('明天还有 1 个')
    await phone.tap('今天有 2 个要点该复习')
    expect(phone.urls.pop()).toMatch(opaque('/quiz/attempt/attempt'))
    expect(phone.asked.pop()).toMatchObject({ method: 'POST', path: '/me/reviews/attempts', header: { Authorization: 'Bearer token-1' } })
    for (const words of ['甲q1', '选好了', '甲q2', '交上去', '回到首页']) await phone.tap(words)
    expect(phone.urls).toEqual([home])
    await phone.tap('离开')
    await fromHome()
    expect(phone.text()).not.toContain('该复习')
  })

  it('ends the session without her identity and signs nobody in afterwards', async () => {
    await fromHome(...toResult, '把错题留在这里', '在这台手机上记住')
    expect(phone.stored.has('token')).toBe(true)
    phone.asked.length = 0
    await phone.tap('离开')
    expect([...phone.stored.keys()]).toEqual([])
    expect(phone.asked).toMatchObject([{ method: 'POST', path: '/sessions/end', data: { key: 'end-1' } }])
    expect(phone.asked[0].header).not.toHaveProperty('Authorization')

    // The screen goes off and on, then she closes the app herself and opens it anew.
    await phone.hide(3)
    await phone.show()
    expect(phone.urls).toEqual([almanac])
    await phone.hide(0)
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
