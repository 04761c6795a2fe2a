import { describe, expect, it, vi } from 'vitest'
import { Offline, Problem, problemFrom, said } from '@/core/problem'
import { fake, signIn } from './uni'

const load = () => import('@/core/request')

describe('request', () => {
  it('gives the body of a 2xx and nothing of a 204', async () => {
    const { request } = await load()
    const some = request<{ a: number }>('GET', '/home')
    await fake().last().answer(200, { a: 1 })
    expect(await some).toEqual({ a: 1 })
    const none = request<void>('PUT', '/x')
    await fake().last().answer(204, '')
    expect(await none).toBeUndefined()
  })

  it.each([400, 401, 404, 409, 422, 429, 500, 503])('never takes a %i for data', async (status) => {
    const { request } = await load()
    const asked = request('GET', '/home')
    const refused = expect(asked).rejects.toMatchObject({ name: 'Problem', status, code: 'x.y', message: '一句话。' })
    await fake().last().answer(status, { status, code: 'x.y', detail: '一句话。' })
    await refused
  })

  it('drops an answer that arrives after everything was forgotten', async () => {
    const { request } = await load()
    const { forgetAll } = await import('@/core/volatile')
    const heard: string[] = []
    const listen = (asked: Promise<unknown>) => void asked.then(() => heard.push('answer'), () => heard.push('failure'))
    listen(request('GET', '/before'))
    const before = fake().last()
    listen(request('GET', '/failing'))
    const failing = fake().last()
    forgetAll()
    await before.answer(200, { a: 1 })
    await failing.fail('request:fail')
    expect(heard).toEqual([])
    listen(request('GET', '/after'))
    await fake().last().answer(200, { a: 1 })
    expect(heard).toEqual(['answer'])
  })

  it('reads Retry-After whatever its letters', async () => {
    const { request } = await load()
    const refused = expect(request('GET', '/home')).rejects.toMatchObject({ retryAfter: 7 })
    await fake().last().answer(429, { code: 'limit.too_many', detail: '慢一点。' }, { 'retry-after': '7' })
    await refused
  })

  it.each([
    ['request:fail timeout', 'timeout'],
    ['request:fail', 'network'],
  ])('calls %s offline', async (errMsg, why) => {
    const { request } = await load()
    const failed = expect(request('GET', '/home')).rejects.toMatchObject({ name: 'Offline', why })
    await fake().last().fail(errMsg)
    await failed
  })

  it('takes a page of somebody else for no answer at all', async () => {
    const { request } = await load()
    const failed = expect(request('GET', '/home')).rejects.toMatchObject({ name: 'Offline', why: 'foreign' })
    await fake().last().answer(200, '<html>请登录校园网</html>')
    await failed
  })

  it('sends no identity unless it is asked as me, and then only with a session', async () => {
    const { request } = await load()
    void request('GET', '/me', { as: 'me' })
    expect(fake().last().header).not.toHaveProperty('Authorization')
    await signIn(false)
    void request('GET', '/home')
    expect(fake().last().header).not.toHaveProperty('Authorization')
    void request('GET', '/me', { as: 'me' })
    expect(fake().last().header.Authorization).toBe('Bearer token-1')
  })

  it('forgets a session that the server calls expired', async () => {
    const { request } = await load()
    const session = await signIn(true)
    const refused = expect(request('GET', '/me', { as: 'me' })).rejects.toBeInstanceOf(Error)
    await fake().last().answer(401, { code: 'session.expired', detail: '登录过期了。' })
    await refused
    expect(session.signedIn.value).toBe(false)
    expect(fake().stored.has('token')).toBe(false)
  })

  it('drops what arrives after she left', async () => {
    const { request } = await load()
    const { forgetAll } = await import('@/core/volatile')
    const heard = vi.fn()
    void request('GET', '/home').then(heard, heard)
    void request('GET', '/quizzes').then(heard, heard)
    forgetAll()
    await fake().asked[0].answer(200, { a: 1 })
    await fake().asked[1].fail()
    expect(heard).not.toHaveBeenCalled()
    void request('GET', '/home').then(heard, heard)
    await fake().last().answer(200, { a: 1 })
    expect(heard).toHaveBeenCalledOnce()
  })

  it('carries the key and the keeping code only when given', async () => {
    const { request } = await load()
    void request('POST', '/x', { body: {}, key: 'k', keepingCode: '1234', timeout: 5 })
    expect(fake().last().header).toMatchObject({ 'Idempotency-Key': 'k', 'X-Keeping-Code': '1234', 'Content-Type': 'application/json' })
    expect(fake().timeouts).toEqual([5])
    void request('GET', '/x')
    expect(Object.keys(fake().last().header)).toEqual(['Accept'])
  })

  it('speaks PATCH as a named POST where WeChat has none', async () => {
    const { request } = await load()
    void request('PATCH', '/me', { body: {} })
    expect(fake().last().method).toBe('PATCH')
    process.env.UNI_PLATFORM = 'mp-weixin'
    void request('PATCH', '/me', { body: {} })
    expect(fake().last()).toMatchObject({ method: 'POST', header: { 'X-HTTP-Method-Override': 'PATCH' } })
  })

  it('escapes what goes into an address and drops empty queries', async () => {
    const { pathOf } = await load()
    expect(pathOf(['explainers', 'a/../b'], { tag: '家里', after: '', limit: 20 })).toBe('/explainers/a%2F..%2Fb?tag=%E5%AE%B6%E9%87%8C&limit=20')
    expect(pathOf(['home'])).toBe('/home')
  })

  it('makes keys that do not repeat', async () => {
    const { freshKey } = await load()
    const keys = new Set(Array.from({ length: 500 }, freshKey))
    expect(keys.size).toBe(500)
    expect([...keys][0]).toMatch(/^[0-9a-f]{32}$/)
  })
})

describe('what a failure says', () => {
  it('is the server’s sentence, or a plain one', () => {
    expect(said(problemFrom(409, { code: 'a.b', detail: '已经有了。' }))).toBe('已经有了。')
    expect(problemFrom(502, '<html>')).toMatchObject({ code: 'http.502', message: '出了点问题，再试一次。' })
    expect(said(new Offline('network'))).toContain('没有网络')
    expect(said(new TypeError('x is not a function'))).toBe('出了点问题，再试一次。')
    expect(new Problem(404, 'a', 'b')).toBeInstanceOf(Error)
  })
})
