import { nextTick, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'
import { fake, signIn } from './uni'

const passed = () => new Promise<void>((done) => setTimeout(done, 220))

async function opened() {
  const { volatile } = await import('@/core/volatile')
  const shown = volatile(() => '')
  shown.value = '读到的内容'
  return shown
}

describe('the exit', () => {
  it('is covered and has emptied the phone in the same tick, and has forgotten everything a frame later', async () => {
    const session = await signIn(true)
    const shown = await opened()
    const { leave } = await import('@/core/exit')
    const { painted, prepare } = await import('@/core/cover')
    const { covered } = await import('@/core/presence')
    prepare(leave)
    expect(fake().stored.size).toBe(1)

    leave()

    expect(document.querySelector('.cover--on')).not.toBeNull()
    expect(covered.value).toBe(true)
    expect(fake().stored.size).toBe(0)
    fake().stored.set('token', 'an answer that came between')
    await painted()
    await Promise.resolve()
    expect(document.documentElement.hasAttribute('data-blank')).toBe(true)
    expect(shown.value).toBe('')
    expect(session.signedIn.value).toBe(false)
    expect(fake().stored.size).toBe(0)
  })

  it('sends one request, that ends the session and carries no identity', async () => {
    await signIn(true)
    const { leave } = await import('@/core/exit')
    fake().asked.length = 0
    leave()
    await passed()
    expect(fake().asked.map((a) => [a.method, a.path, a.body])).toEqual([['POST', '/sessions/end', { key: 'end-1' }]])
    expect(JSON.stringify(fake().asked[0].header)).not.toContain('token-1')
    expect(fake().asked[0].header).not.toHaveProperty('Authorization')
    expect(fake().asked[0].keepalive, 'closing the page must not stop it').toBe(true)
  })

  it('asks nobody anything when there was no session', async () => {
    const { leave } = await import('@/core/exit')
    leave()
    await passed()
    expect(fake().asked).toEqual([])
  })

  it('reaches the almanac with the network gone, and leaves once however often it is touched', async () => {
    await signIn(false)
    const { leave } = await import('@/core/exit')
    leave()
    leave()
    leave()
    await fake().last('/sessions/end').fail()
    await passed()
    expect(fake().went).toEqual(['reLaunch /pages/almanac/almanac'])
    expect(document.documentElement.hasAttribute('data-blank')).toBe(false)
  })

  it('works again the next time, and after a time that failed stays blank and can be touched again', async () => {
    const { leave } = await import('@/core/exit')
    const works = fake().reLaunch
    fake().reLaunch = () => Promise.reject(new Error('no'))
    leave()
    await passed()
    expect(document.documentElement.hasAttribute('data-blank')).toBe(true)
    fake().reLaunch = works
    for (const time of [1, 2]) {
      leave()
      await passed()
      expect(fake().went).toHaveLength(time)
      expect(document.documentElement.hasAttribute('data-blank')).toBe(false)
    }
  })

  it('empties what a page had put aside while the app was away', async () => {
    const { sheltered, veiled, hid } = await import('@/core/presence')
    const { leave } = await import('@/core/exit')
    const page = ref<string | undefined>('读到的内容')
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    sheltered(page, undefined)
    hid(1)
    leave()
    await passed()
    veiled.value = false
    await nextTick()
    expect(page.value).toBeUndefined()
  })

  it('signs nobody in when the app opens again', async () => {
    await signIn(true)
    const { leave } = await import('@/core/exit')
    leave()
    await passed()
    const session = await import('@/core/session')
    session.resume(Date.parse('2026-11-23T00:00:00Z'))
    expect(session.signedIn.value).toBe(false)
  })
})

describe('another tab of the app', () => {
  it('is left with this one, says nothing itself, and stays where it was left already', async () => {
    const session = await signIn(true)
    await import('@/core/exit')
    const other = new BroadcastChannel('tabs')
    const heard = vi.fn()
    other.onmessage = heard
    other.postMessage('left')
    await passed()
    expect(session.signedIn.value).toBe(false)
    expect(fake().went).toEqual(['reLaunch /pages/almanac/almanac'])
    other.postMessage('left')
    await passed()
    expect(fake().went).toHaveLength(1)
    expect(heard).not.toHaveBeenCalled()
    const { leave } = await import('@/core/exit')
    leave()
    await passed()
    expect(heard).toHaveBeenCalledTimes(1)
    other.close()
  })
})

describe('Back and Forward after the exit', () => {
  it('find the first entry of the visit again, and nothing ahead of it', async () => {
    history.replaceState({ position: 3 }, '', '/#/')
    const visit = await import('@/core/history')
    visit.begin()
    history.pushState({ position: 4 }, '', '/#/read/story/story?slug=a')
    history.pushState({ position: 5, back: '/read/story/story?slug=a' }, '', '/#/quiz/attempt/attempt')
    await visit.erase()
    expect(history.state.position).toBe(3)
    history.replaceState({ position: 3, forward: '/read/story/story?slug=a' }, '', '/#/pages/almanac/almanac')
    visit.seal()
    expect(JSON.stringify(history.state)).not.toContain('story')
    expect(location.hash).toBe('#/pages/almanac/almanac')
    const length = history.length
    history.forward()
    await passed()
    expect(location.hash).toBe('#/pages/almanac/almanac')
    expect(history.length).toBe(length)
  })

  it('does nothing in WeChat, which throws its page stack away itself', async () => {
    process.env.UNI_PLATFORM = 'mp-weixin'
    const visit = await import('@/core/history')
    const push = vi.spyOn(history, 'pushState')
    visit.begin()
    await visit.erase()
    visit.seal()
    visit.guard({ beforeEach: () => expect.unreachable() })
    expect(visit.coldStart()).toBe('')
    expect(push).not.toHaveBeenCalled()
  })

  it('refuses an entry of an earlier life, and lets our own moves pass', async () => {
    const { guard } = await import('@/core/history')
    let check: (to: { fullPath: string }, from: { fullPath: string }) => boolean = () => false
    guard({ beforeEach: (c) => (check = c) })
    Object.assign(globalThis, { getCurrentPages: () => [{ $page: { id: 7 } }] })
    const at = (fullPath: string) => ({ fullPath })
    const here = at('/pages/me/me')
    history.replaceState({ __id__: 2, current: here.fullPath }, '')
    expect(check(at('/'), here), 'our own move').toBe(true)
    expect(check(here, here), 'no move').toBe(true)
    history.replaceState({ __id__: 2, current: '/read/story/story?slug=a' }, '')
    expect(check(at('/read/story/story?slug=a'), here), 'an earlier life').toBe(false)
    history.replaceState({ __id__: 7, current: '/' }, '')
    expect(check(at('/'), here), 'an open page').toBe(true)
  })
})

describe('a cold start', () => {
  it('puts home in the place of any address and keeps only the scene, in memory', async () => {
    history.replaceState({ position: 9 }, '', '/?scene=r15.p1#/read/story/story?slug=a')
    const { coldStart } = await import('@/core/history')
    expect(coldStart()).toBe('r15.p1')
    expect(location.href.replace(location.origin, '')).toBe('/')
  })

  it('leaves the almanac where it is, whoever loads it again', async () => {
    history.replaceState({ position: 9 }, '', '/#/pages/almanac/almanac')
    const { coldStart } = await import('@/core/history')
    expect(coldStart()).toBe('')
    expect(location.hash).toBe('#/pages/almanac/almanac')
    expect(history.state).toEqual({ position: 9 })
  })

  it('leaves a plain address alone', async () => {
    const replace = vi.spyOn(history, 'replaceState')
    const { coldStart } = await import('@/core/history')
    expect(coldStart()).toBe('')
    expect(replace).not.toHaveBeenCalled()
  })
})
