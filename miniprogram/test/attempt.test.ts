import { describe, expect, it } from 'vitest'
import { aResult, anAttempt, fake, signIn } from './uni'

const load = () => import('@/core/attempt')
const now = Date.parse('2026-11-23T00:00:00Z')

async function begun() {
  const attempt = await load()
  const beginning = attempt.begin({ kind: 'daily' })
  await fake().last('/me/daily').answer(201, structuredClone(anAttempt))
  await beginning
  return attempt
}

describe('an attempt', () => {
  it('belongs to nobody unless she has a session', async () => {
    await begun()
    expect(fake().last('/me/daily').header).not.toHaveProperty('Authorization')
    await signIn(false)
    await begun()
    expect(fake().last('/me/daily').header.Authorization).toBe('Bearer token-1')
  })

  it('sends her code along, and keeps what was begun behind it off the phone', async () => {
    await signIn(true)
    const session = await import('@/core/session')
    await begun()
    expect(fake().stored.has('pending')).toBe(true)
    session.unlock('2468')
    const attempt = await begun()
    attempt.answer('q1', ['a'])
    expect(fake().last('/attempts/a1/answers/q1').header['X-Keeping-Code']).toBe('2468')
    void attempt.goOn().catch(() => undefined)
    expect(fake().last('/attempts/a1').header['X-Keeping-Code']).toBe('2468')
    void attempt.handIn().catch(() => undefined)
    expect(fake().last('/attempts/a1/submission').header['X-Keeping-Code']).toBe('2468')
    expect(fake().stored.has('pending')).toBe(false)
  })

  it('draws one paper for a repeated tap, and a new one after it succeeded', async () => {
    const attempt = await load()
    const first = attempt.begin({ kind: 'topic', slug: 'maicao' })
    const lost = expect(first).rejects.toMatchObject({ name: 'Offline' })
    await fake().last().fail()
    await lost
    const second = attempt.begin({ kind: 'topic', slug: 'maicao' })
    await fake().last().answer(201, structuredClone(anAttempt))
    await second
    void attempt.begin({ kind: 'topic', slug: 'maicao' })
    const keys = fake().asked.map((a) => a.header['Idempotency-Key'])
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[1])
    expect(fake().asked[0].path).toBe('/quizzes/maicao/attempts')
  })

  it('keeps answers given without network and hands all of them in at once', async () => {
    const attempt = await begun()
    attempt.answer('q1', ['a'])
    await fake().last('/attempts/a1/answers/q1').fail()
    attempt.answer('q2', ['a', 'b'])
    await fake().last('/attempts/a1/answers/q2').fail()
    expect(attempt.answeredCount.value).toBe(2)

    const lost = expect(attempt.handIn()).rejects.toMatchObject({ name: 'Offline' })
    await fake().last('/attempts/a1/submission').fail()
    await lost
    expect(attempt.current.value?.id).toBe('a1')

    const sent = attempt.handIn()
    expect(fake().last().body).toEqual({ answers: { q1: ['a'], q2: ['a', 'b'] } })
    await fake().last().answer(200, aResult)
    expect(await sent).toEqual(aResult)
    expect(attempt.current.value).toBeUndefined()
    expect(attempt.last.value).toMatchObject({ id: 'a1', result: aResult })
  })

  it('sends nothing while she is still choosing', async () => {
    const attempt = await begun()
    fake().asked.length = 0
    attempt.choose('q1', ['a'])
    attempt.choose('q1', [])
    expect(fake().asked).toEqual([])
    expect(attempt.answeredCount.value).toBe(0)
  })

  it('goes on where she was; what she chose here wins', async () => {
    const attempt = await begun()
    attempt.answer('q1', ['b'])
    const again = attempt.goOn()
    await fake().last('/attempts/a1').answer(200, { ...structuredClone(anAttempt), answers: { q1: ['a'], q2: ['a'] } })
    await again
    expect(attempt.current.value?.answers).toEqual({ q1: ['b'], q2: ['a'] })
  })

  it('finds the result of one that was handed in unnoticed', async () => {
    const attempt = await begun()
    const again = attempt.goOn()
    await fake().last('/attempts/a1').answer(200, { ...structuredClone(anAttempt), state: 'submitted', result: aResult })
    await again
    expect(attempt.last.value?.result).toEqual(aResult)
    expect(attempt.current.value).toBeUndefined()
  })

  it('is given up when the server no longer knows it', async () => {
    const attempt = await begun()
    const gone = expect(attempt.goOn()).rejects.toMatchObject({ status: 404 })
    await fake().last('/attempts/a1').answer(404, { code: 'attempt.unknown', detail: '没有。' })
    await gone
    expect(attempt.current.value).toBeUndefined()
    await expect(attempt.goOn()).rejects.toMatchObject({ code: 'attempt.none' })
    await expect(attempt.handIn()).rejects.toMatchObject({ code: 'attempt.none' })
  })

  it('lies on the phone only where she asked to be remembered', async () => {
    const attempt = await begun()
    attempt.answer('q1', ['a'])
    expect(fake().stored.size).toBe(0)

    await signIn(true)
    const later = await begun()
    later.answer('q1', ['b'])
    expect(fake().stored.get('pending')).toMatchObject({ id: 'a1', answers: { q1: ['b'] } })
    later.drop()
    expect(fake().stored.has('pending')).toBe(false)
  })

  it('is taken up by a phone that remembers, and by no other', async () => {
    const pending = { id: 'a9', title: '练习', source: { kind: 'daily' }, as: 'me', count: 5, answers: {}, expiresAt: '2026-11-24T00:00:00Z' }
    fake().stored.set('pending', pending)
    const attempt = await load()
    attempt.takeUp(now)
    expect(attempt.current.value).toBeUndefined()
    expect(fake().stored.has('pending')).toBe(false)

    await signIn(true)
    fake().stored.set('pending', pending)
    attempt.takeUp(now)
    expect(attempt.current.value?.id).toBe('a9')
  })

  it('of what is due is drawn behind her code, as every paper is', async () => {
    const session = await signIn(false)
    session.unlock('4321')
    const attempt = await load()
    const beginning = attempt.begin({ kind: 'review' })
    expect(fake().last('/me/reviews/attempts')).toMatchObject({ method: 'POST', header: { Authorization: 'Bearer token-1', 'X-Keeping-Code': '4321' } })
    await fake().last().answer(201, structuredClone(anAttempt))
    await beginning
    expect(attempt.current.value?.source).toEqual({ kind: 'review' })
    await begun()
    expect(fake().last('/me/daily').header['X-Keeping-Code']).toBe('4321')
  })

  it('carries the scanned scene, and only counted acts do', async () => {
    const scene = await import('@/core/scene')
    scene.arrive('r1525.p2')
    await begun()
    expect(fake().last('/me/daily').body).toEqual({ scene: 'r1525.p2' })
  })
})
