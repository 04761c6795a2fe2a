import { describe, expect, it } from 'vitest'
import { aSession, fake, signIn } from './uni'

const load = () => import('@/core/history-settings')
const settings = (over: object = {}) => ({ mistakes: false, reading: false, favourites: false, ...over })

describe('keeping', () => {
  it('keeps nothing and asks nobody without a session', async () => {
    const keeping = await load()
    expect(await keeping.refresh()).toEqual(settings())
    expect(fake().asked).toEqual([])
  })

  it('opens a guest only when she turns something on, and brings the mistakes along', async () => {
    const keeping = await load()
    const on = keeping.turnOn('mistakes', false, 'a1')
    await fake().last('/sessions').answer(201, aSession)
    await fake().last('/me/keeping').answer(200, settings())
    expect(fake().last()).toMatchObject({ method: 'PUT', path: '/me/keeping', body: { mistakes: true, reading: false, favourites: false, adopt: 'a1' } })
    await fake().last().answer(204)
    await fake().last('/me/keeping').answer(200, settings({ mistakes: true }))
    await on
    expect(keeping.keeping.value.mistakes).toBe(true)
    expect(fake().stored.size).toBe(0)
  })

  it('sends the code she typed, and looks the same when it is wrong', async () => {
    await signIn(false)
    const session = await import('@/core/session')
    const keeping = await load()
    session.unlock('4321')
    const asked = keeping.refresh()
    expect(fake().last('/me/keeping').header['X-Keeping-Code']).toBe('4321')
    await fake().last().answer(200, settings())
    expect(await asked).toEqual(settings())
  })

  it('keeps a typed code only when it opened something', async () => {
    await signIn(false)
    const session = await import('@/core/session')
    const { openWith } = await load()
    for (const [code, locked] of [['1111', undefined], ['2468', true]] as const) {
      const opening = openWith(code)
      expect(fake().last('/me/keeping').header['X-Keeping-Code']).toBe(code)
      await fake().last().answer(200, settings(locked ? { locked, tried: { count: 1, day: '2026-11-23' } } : {}))
      await opening
      expect(session.keepingCode.value).toBe(locked ? code : '')
    }
  })

  it('says how long no code is tried, and goes on without the one she typed', async () => {
    await signIn(false)
    const session = await import('@/core/session')
    const { said } = await import('@/core/problem')
    const keeping = await load()
    const asked = keeping.openWith('4321').catch(said)
    const detail = '密码试的次数多了，请等 2 分钟再试。不带密码的部分照常能用。'
    await fake().last().answer(429, { code: 'member.code_wait', detail })
    expect(await asked).toBe(detail)
    const again = keeping.refresh()
    expect(fake().last('/me/keeping').header['X-Keeping-Code']).toBeUndefined()
    await fake().last().answer(200, settings())
    expect(await again).toEqual(settings())
    expect(session.signedIn.value).toBe(true)
  })

  it('locks with a new code and goes on with it', async () => {
    await signIn(false)
    const keeping = await load()
    const locking = keeping.lock('246810')
    expect(fake().last().body).toMatchObject({ newCode: '246810' })
    await fake().last().answer(204)
    expect(fake().last('/me/keeping').header['X-Keeping-Code']).toBe('246810')
    await fake().last().answer(200, settings({ locked: true }))
    await locking
    const emptying = keeping.throwAway()
    expect(fake().last().method).toBe('DELETE')
    await fake().last().answer(204)
    expect(fake().last().header).not.toHaveProperty('X-Keeping-Code')
    await fake().last().answer(200, settings())
    await emptying
    expect(keeping.keeping.value).toEqual(settings())
  })
})

describe('a story read to its end', () => {
  const story = { slug: 'wanfeng' } as never

  it('is counted as nobody, once she can have read it', async () => {
    await signIn(false)
    const { completeStory, shortestReadMs } = await import('@/core/completion')
    fake().asked.length = 0
    expect(completeStory(story, shortestReadMs - 1)).toBe(false)
    expect(fake().asked).toEqual([])
    expect(completeStory(story, shortestReadMs)).toBe(true)
    expect(fake().asked.map((a) => a.path)).toEqual(['/explainers/wanfeng/readings'])
    expect(fake().asked[0].header).not.toHaveProperty('Authorization')
    expect(fake().asked[0].header['Idempotency-Key']).toBeTruthy()
  })

  it('stands on her shelf only if she keeps that', async () => {
    await signIn(false)
    const { keeping } = await load()
    keeping.value = settings({ reading: true })
    const { completeStory } = await import('@/core/completion')
    completeStory(story, 60_000)
    expect(fake().last()).toMatchObject({ method: 'PUT', path: '/me/shelf/read/wanfeng' })
  })
})
