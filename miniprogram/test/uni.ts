/** What a request looked like, and the means to answer it. */
export interface Asked {
  method: string
  path: string
  header: Record<string, string>
  body: unknown
  keepalive?: boolean
  answer: (status: number, data?: unknown, header?: Record<string, string>) => Promise<void>
  fail: (why?: string) => Promise<void>
}

interface RequestOptions {
  url: string
  method: string
  data?: unknown
  header: Record<string, string>
  timeout: number
  success: (r: { statusCode: number; data: unknown; header: Record<string, string> }) => void
  fail: (f: { errMsg: string }) => void
}

const flushed = () => new Promise<void>((done) => setTimeout(done, 0))

/** FakeUni plays the phone: it records requests and answers when the test says so. */
export class FakeUni {
  stored = new Map<string, unknown>()
  asked: Asked[] = []
  went: string[] = []
  refuseStorage = false
  timeouts: number[] = []

  request(o: RequestOptions) {
    this.timeouts.push(o.timeout)
    this.asked.push({
      method: o.method,
      path: o.url.replace('/api/v1', ''),
      header: o.header,
      body: o.data,
      answer: (statusCode, data, header = {}) => (o.success({ statusCode, data, header }), flushed()),
      fail: (errMsg = 'request:fail') => (o.fail({ errMsg }), flushed()),
    })
  }

  /** The browser's own fetch, for what must outlive the page. */
  fetch(url: string, o: RequestInit): Promise<Response> {
    return new Promise((resolve, reject) => {
      this.asked.push({
        method: o.method ?? 'GET',
        path: url.replace('/api/v1', ''),
        header: o.headers as Record<string, string>,
        body: o.body ? JSON.parse(o.body as string) : undefined,
        keepalive: o.keepalive,
        answer: (status) => (resolve(new Response(null, { status })), flushed()),
        fail: () => (reject(new TypeError('Failed to fetch')), flushed()),
      })
    })
  }

  getStorageSync(key: string) {
    return this.stored.get(key) ?? ''
  }
  setStorageSync(key: string, value: unknown) {
    if (this.refuseStorage) throw new Error('full')
    this.stored.set(key, JSON.parse(JSON.stringify(value)))
  }
  removeStorageSync(key: string) {
    this.stored.delete(key)
  }
  clearStorageSync() {
    this.stored.clear()
  }

  reLaunch({ url }: { url: string }) {
    this.went.push(`reLaunch ${url}`)
    return Promise.resolve()
  }
  navigateTo({ url }: { url: string }) {
    this.went.push(`navigateTo ${url}`)
  }
  redirectTo({ url }: { url: string }) {
    this.went.push(`redirectTo ${url}`)
  }
  switchTab({ url }: { url: string }) {
    this.went.push(`switchTab ${url}`)
  }
  navigateBack() {
    this.went.push('navigateBack')
  }
  login() {
    return Promise.resolve({ code: 'js-code' })
  }

  /** The last request, or the last to a path. */
  last(path?: string): Asked {
    const found = [...this.asked].reverse().find((a) => path === undefined || a.path === path)
    if (!found) throw new Error(`nobody asked ${path ?? 'anything'}`)
    return found
  }
}

export const fake = () => uni as unknown as FakeUni

export const aSession = {
  token: 'token-1',
  expiresAt: '2026-12-23T00:00:00Z',
  endKey: 'end-1',
  member: { id: 'm1', kind: 'guest' },
}

export const anAttempt = {
  id: 'a1',
  title: '每日五题',
  state: 'open',
  questions: [
    { id: 'q1', kind: 'single', multiple: false, stem: '一？', options: [{ id: 'a', text: '甲' }, { id: 'b', text: '乙' }] },
    { id: 'q2', kind: 'multiple', multiple: true, stem: '二？', options: [{ id: 'a', text: '甲' }, { id: 'b', text: '乙' }] },
  ],
  answers: {},
  expiresAt: '2026-11-24T00:00:00Z',
}

export const aResult = { score: 1, total: 2, released: true, results: [] }

/** Opens a guest's session the way her tap does. */
export async function signIn(remember: boolean) {
  const session = await import('@/core/session')
  const opening = session.asGuest(remember)
  await fake().last('/sessions').answer(201, aSession)
  await opening
  return session
}
