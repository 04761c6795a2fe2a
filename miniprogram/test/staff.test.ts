import { describe, expect, it } from 'vitest'
import { fake, signIn } from './uni'

const phone = { token: 'staff-token', endsAt: '2099-01-01T02:00:00Z', me: { name: '其其格', roles: [{ role: 'volunteer', region: '150424000000' }], withheld: true } }

async function inside() {
  const session = await signIn(true)
  const staff = await import('@/core/staff')
  const entering = staff.enter()
  await fake().last('/staff/sessions').answer(201, phone)
  await entering
  return { session, staff }
}

describe('the session of staff', () => {
  it('opens by her tap, as the resident she is, and is nowhere on the phone', async () => {
    const { staff } = await inside()
    expect(fake().last('/staff/sessions').header.Authorization).toBe('Bearer token-1')
    expect(staff.inside.value).toBe(true)
    expect(JSON.stringify([...fake().stored])).not.toContain('staff-token')
  })

  it('is sent with what staff do alone, and hers with nothing of theirs', async () => {
    await inside()
    const { listDrafts } = await import('@/api/drafts')
    const { getMe } = await import('@/api/member')
    const { getHome } = await import('@/api/published')
    void listDrafts().catch(() => undefined)
    void getMe().catch(() => undefined)
    void getHome().catch(() => undefined)
    expect(fake().last('/me/drafts').header.Authorization).toBe('Bearer staff-token')
    expect(fake().last('/me').header.Authorization).toBe('Bearer token-1')
    expect(fake().last('/home').header.Authorization).toBeUndefined()
  })

  it('ends with her other session, and what was not saved with it', async () => {
    const { session, staff } = await inside()
    staff.unsaved.set('s1', 'words')
    session.forget()
    expect(staff.inside.value).toBe(false)
    expect(staff.unsaved.size).toBe(0)
  })

  it('ends with 离开', async () => {
    const { staff } = await inside()
    staff.unsaved.set('s1', 'words')
    const { forgetAll } = await import('@/core/volatile')
    forgetAll()
    expect(staff.inside.value).toBe(false)
    expect(staff.unsaved.size).toBe(0)
  })

  it('is over where the server says so, and hers goes on', async () => {
    const { session, staff } = await inside()
    const { listDrafts } = await import('@/api/drafts')
    const asking = listDrafts().catch((why: Error) => why.message)
    await fake().last('/me/drafts').answer(401, { code: 'session.expired', detail: '登录过期了。' })
    expect(await asking).toBe('登录过期了。')
    expect(staff.inside.value).toBe(false)
    expect(session.signedIn.value).toBe(true)
  })

  it('is over after its two hours without being asked', async () => {
    const { staff } = await inside()
    staff.look(Date.parse(phone.endsAt) + 1)
    expect(staff.inside.value).toBe(false)
  })

  it('draws ids that the server takes', async () => {
    const { freshId } = await import('@/api/drafts')
    const ids = new Set(Array.from({ length: 100 }, freshId))
    expect(ids.size).toBe(100)
    expect([...ids].every((id) => /^[A-Z2-7]{26}$/.test(id))).toBe(true)
  })
})

describe('the second factor', () => {
  it('brings the roles that were withheld', async () => {
    const { staff } = await inside()
    expect([staff.roles.value, staff.withheld.value]).toEqual([['volunteer'], true])
    const confirming = staff.confirm('123456')
    await fake().last('/staff/sessions/current/confirmation').answer(204)
    await fake().last('/staff/me').answer(200, { name: '其其格', roles: [{ role: 'coordinator', region: '150424000000' }], withheld: false })
    await confirming
    expect([staff.roles.value, staff.withheld.value]).toEqual([['coordinator'], false])
  })
})

describe('bytes', () => {
  it('are sent as they are', async () => {
    await inside()
    const { putVoice } = await import('@/api/drafts')
    const bytes = new Uint8Array([1, 2, 3]).buffer
    void putVoice('S', 'V', 2, { bytes, seconds: 48 }).catch(() => undefined)
    const asked = fake().last('/me/drafts/S/voices/V?box=2&seconds=48')
    expect(asked.body).toBe(bytes)
    expect(asked.header['Content-Type']).toBe('application/octet-stream')
  })
})

describe('a picture', () => {
  it('is sent as a form by staff, and what is no answer of ours is a refusal', async () => {
    await inside()
    const { addPicture } = await import('@/api/drafts')
    const file = new File(['x'], '1.jpg')
    const answers = [new Response('{"id":"P1"}', { status: 201 }), new Response('{"code":"media.type","detail":"这不是图片。"}', { status: 422 })]
    const sent: { url: string; headers: Record<string, string>; body: FormData }[] = []
    globalThis.fetch = ((url: string, o: never) => {
      sent.push({ url, ...(o as object) } as (typeof sent)[number])
      const answer = answers.shift()
      return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('Failed to fetch'))
    }) as typeof fetch
    expect((await addPicture(file)).id).toBe('P1')
    expect([sent[0].url, sent[0].headers.Authorization, (sent[0].body.get('picture') as File).name]).toEqual(['/api/v1/staff/pictures', 'Bearer staff-token', '1.jpg'])
    expect(await addPicture(file).catch((why: Error) => why.message)).toBe('这不是图片。')
    expect(await addPicture(file).catch((why: Error) => why.name)).toBe('Offline')
  })
})
