/** Problem is a refusal of the server (RFC 9457): `code` is stable, `message` is a sentence for people. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    /** Seconds to wait, from Retry-After; 0 when the server named none. */
    readonly retryAfter = 0,
    /** What else the refusal says. */
    readonly body: Record<string, unknown> = {},
  ) {
    super(detail)
    this.name = 'Problem'
  }
}

/** Offline means that no answer of the server came back: no network, too slow, or somebody else's page. */
export class Offline extends Error {
  constructor(readonly why: 'network' | 'timeout' | 'foreign') {
    super('没有网络，或者网络太慢。')
    this.name = 'Offline'
  }
}

const plain: Record<number, string> = {
  401: '登录过期了，再登录一次就好。',
  404: '没有找到。它可能已经换了地方。',
  429: '太快了，歇一会儿再试。',
  503: '正在维护，过一会儿再来。',
}

/** problemFrom reads a refusal of any shape; a body that is no problem gets a plain sentence. */
export function problemFrom(status: number, body: unknown, retryAfter = 0): Problem {
  const p = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  const code = typeof p.code === 'string' ? p.code : `http.${status}`
  const detail = typeof p.detail === 'string' && p.detail !== '' ? p.detail : (plain[status] ?? '出了点问题，再试一次。')
  return new Problem(status, code, detail, retryAfter, p)
}

/** said turns any failure into a sentence for the page. */
export function said(failure: unknown): string {
  return failure instanceof Problem || failure instanceof Offline ? failure.message : '出了点问题，再试一次。'
}
