import { describe, expect, it } from 'vitest'
import { aSession, fake, signIn } from './uni'

const day = Date.parse('2026-11-23T00:00:00Z')

describe('the session', () => {
  it('is kept on the phone only after 在这台手机上记住', async () => {
    const session = await signIn(false)
    expect(session.signedIn.value).toBe(true)
    expect(fake().stored.size).toBe(0)
    session.rememberHere()
    expect(fake().stored.get('token')).toMatchObject({ token: 'token-1' })
    session.forgetHere()
    expect(fake().stored.size).toBe(0)
    expect(session.signedIn.value).toBe(true)
  })

  it('is taken up again from a phone that remembers, asking nobody', async () => {
    fake().stored.set('token', aSession)
    const session = await import('@/core/session')
    session.resume(day)
    expect(session.remembered.value).toBe(true)
    expect(session.kind.value).toBe('guest')
    expect(fake().asked).toEqual([])
  })

  it('is not taken up when it has run out', async () => {
    fake().stored.set('token', { ...aSession, expiresAt: '2026-11-22T00:00:00Z' })
    const session = await import('@/core/session')
    session.resume(day)
    expect(session.signedIn.value).toBe(false)
    expect(fake().stored.size).toBe(0)
  })

  it('never opens by itself', async () => {
    const session = await import('@/core/session')
    session.resume(day)
    session.rememberHere()
    await session.signOut()
    expect(fake().asked).toEqual([])
    expect(fake().stored.size).toBe(0)
  })

  it('opens with WeChat by the code of her tap, in memory', async () => {
    const session = await import('@/core/session')
    const opening = session.withWechat()
    await Promise.resolve()
    await Promise.resolve()
    expect(fake().last('/sessions').body).toEqual({ provider: 'wechat', code: 'js-code' })
    await fake().last().answer(201, { ...aSession, member: { id: 'w', kind: 'wechat' } })
    await opening
    expect(session.kind.value).toBe('wechat')
    expect(fake().stored.size).toBe(0)
  })

  it('is gone here at once when she signs out, also without network', async () => {
    const session = await signIn(true)
    const leaving = session.signOut()
    expect(session.signedIn.value).toBe(false)
    expect(fake().last().header.Authorization).toBe('Bearer token-1')
    await fake().last('/sessions/current').fail()
    await leaving
    expect(fake().stored.size).toBe(0)
  })

  it('opens no second one where there is one', async () => {
    const session = await signIn(false)
    fake().asked.length = 0
    await session.asGuest(true)
    expect(fake().asked).toEqual([])
    expect(session.remembered.value).toBe(true)
  })
})
