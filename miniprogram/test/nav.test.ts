import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fake } from './uni'

const load = () => import('@/core/nav')
const deep = () => Object.assign(globalThis, { getCurrentPages: () => [{}, {}] })
/** went is where the phone was sent, the number that an address bears written as #. */
const went = () => fake().went.map((move) => move.replace(/n=[2-9]{6}$/, 'n=#'))
const moment = (ms: number) => new Promise((done) => setTimeout(done, ms))

describe('a move asked for on the way back', () => {
  it('is made once the browser is there, and only the last one', async () => {
    deep()
    const nav = await load()
    nav.back()
    nav.open('stories')
    nav.open('me')
    expect(fake().went).toEqual(['navigateBack'])
    window.dispatchEvent(new PopStateEvent('popstate'))
    await moment(5)
    expect(fake().went).toEqual(['navigateBack', 'switchTab /pages/me/me'])
    nav.open('story', { slug: 'wanfeng' })
    expect(went().slice(-1)[0]).toBe('navigateTo /read/story/story?n=#')
  })

  it('is not held up for ever by a browser that says nothing', async () => {
    deep()
    const nav = await load()
    nav.back()
    nav.back()
    nav.open('me')
    await moment(350)
    expect(fake().went).toEqual(['navigateBack', 'switchTab /pages/me/me'])
  })

  it('is forgotten when she leaves meanwhile', async () => {
    deep()
    const nav = await load()
    nav.back()
    nav.open('story', { slug: 'wanfeng' })
    await nav.restart('almanac')
    window.dispatchEvent(new PopStateEvent('popstate'))
    await moment(5)
    expect(fake().went).toEqual(['navigateBack', 'reLaunch /pages/almanac/almanac'])
  })

  it('is made at once where the platform loses none, and home where there is nothing to go back to', async () => {
    process.env.UNI_PLATFORM = 'mp-weixin'
    deep()
    const nav = await load()
    nav.back()
    nav.open('me')
    expect(fake().went).toEqual(['navigateBack', 'switchTab /pages/me/me'])
    Object.assign(globalThis, { getCurrentPages: () => [{}] })
    nav.back()
    expect(fake().went.slice(-1)[0]).toBe('switchTab /pages/home/home')
  })
})

describe('the second tap of one finger', () => {
  it('opens a page once; another page, and the same one after the way back, at once', async () => {
    const stack = [{}, {}]
    Object.assign(globalThis, { getCurrentPages: () => stack })
    const nav = await load()
    nav.open('story', { slug: 'wanfeng' })
    nav.open('story', { slug: 'wanfeng' })
    nav.open('story', { slug: 'malan' })
    expect(went()).toEqual(['navigateTo /read/story/story?n=#', 'navigateTo /read/story/story?n=#'])
    expect(fake().went[0]).not.toBe(fake().went[1])
    process.env.UNI_PLATFORM = 'mp-weixin'
    nav.back()
    nav.open('story', { slug: 'malan' })
    expect(went().slice(-2)).toEqual(['navigateBack', 'navigateTo /read/story/story?n=#'])
  })
})

describe('what a page is opened with', () => {
  const queryOf = (move: string) => Object.fromEntries(new URLSearchParams(move.split('?')[1]))

  it.each(['h5', 'mp-weixin'] as const)('stands in no address, and is given to the page once (%s)', async (platform) => {
    process.env.UNI_PLATFORM = platform
    deep()
    const nav = await load()
    const query = { law: 'fjtblf', number: '23', version: '2016-03-01.x' }
    nav.open('article', query)
    nav.swap('story', { slug: 'wanfeng' })
    expect(went()).toEqual(['navigateTo /law/article/article?n=#', 'redirectTo /read/story/story?n=#'])
    const [first, second] = fake().went.map(queryOf)
    expect(nav.opened('story', second)).toEqual({ slug: 'wanfeng' })
    expect(nav.opened('article', first)).toEqual(query)
    expect(nav.opened('article', first)).toEqual({})
  })

  it('is forgotten with everything else when she leaves', async () => {
    deep()
    const nav = await load()
    nav.open('story', { slug: 'wanfeng' })
    const { forgetAll } = await import('@/core/volatile')
    forgetAll()
    expect(nav.opened('story', queryOf(fake().went[0]))).toEqual({})
  })

  it('is still taken from an address that spells it, which is replaced in the browser', async () => {
    history.replaceState({ __id__: 4, current: '/read/story/story?slug=wanfeng', position: 2 }, '', '/#/read/story/story?slug=wanfeng')
    const nav = await load()
    expect(nav.opened('story', { slug: 'wanfeng' })).toEqual({ slug: 'wanfeng' })
    expect(location.hash).toMatch(/^#\/read\/story\/story\?n=[2-9]{6}$/)
    expect(history.state).toEqual({ __id__: 4, current: location.hash.slice(1), position: 2 })
    expect(nav.opened('story', undefined)).toEqual({})
  })

  it('is asked for by every page that reads its address', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.vue'))
    const asking = files.filter((f) => /onLoad\(\(\w/.test(readFileSync(`src/${f}`, 'utf8')))
    expect(asking.length).toBeGreaterThan(4)
    expect(asking.filter((f) => !/nav\.opened\('\w+', query\)/.test(readFileSync(`src/${f}`, 'utf8')) || /query\??\./.test(readFileSync(`src/${f}`, 'utf8')))).toEqual([])
  })
})
