import { describe, expect, it } from 'vitest'
import { fake } from './uni'

const load = () => import('@/core/nav')
const deep = () => Object.assign(globalThis, { getCurrentPages: () => [{}, {}] })
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
    expect(fake().went.slice(-1)[0]).toBe('navigateTo /read/story/story?slug=wanfeng')
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
    expect(fake().went).toEqual(['navigateTo /read/story/story?slug=wanfeng', 'navigateTo /read/story/story?slug=malan'])
    process.env.UNI_PLATFORM = 'mp-weixin'
    nav.back()
    nav.open('story', { slug: 'malan' })
    expect(fake().went.slice(-2)).toEqual(['navigateBack', 'navigateTo /read/story/story?slug=malan'])
  })
})
