import { Offline, problemFrom } from './problem'
import { forgotten } from './volatile'

/**
 * The one way to the server. It promises that only a 2xx is ever data, that a request made as
 * `nobody` carries no identity, and that a creating POST repeated with its key has one effect.
 * An answer that arrives after she left is dropped: nothing that waited for it goes on.
 */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export interface Call {
  /** Who is asking: `me` sends the session if there is one, `staff` the one of whoever works here; the default sends none. */
  as?: 'me' | 'staff' | 'nobody'
  body?: object
  /** Bytes instead of a body. */
  bytes?: ArrayBuffer
  /** The revision that what is sent was written on. */
  revision?: number
  /** True where the answer is bytes. */
  asBytes?: boolean
  /** The Idempotency-Key of a POST that creates. */
  key?: string
  /** The keeping code (X-Keeping-Code), when what is asked for may be locked. */
  keepingCode?: string
  /** The code of an entry of the waitlist (X-Pickup-Code). */
  pickupCode?: string
  /** Milliseconds; 12 seconds by default. */
  timeout?: number
}

interface Holder {
  token: () => string
  expired: () => void
}

interface Identity extends Holder {
  /** A code was sent too often: it is dropped, so that what needs none goes on working. */
  codeWaits: () => void
}

let identity: Identity = { token: () => '', expired: () => undefined, codeWaits: () => undefined }

/** identify names the holder of the session, so that this module keeps none itself. */
export function identify(holder: Identity): void {
  identity = holder
}

const nobody: Holder = { token: () => '', expired: () => undefined }
let worker = nobody

/** identifyStaff names the holder of a session of staff, which never answers for a resident. */
export function identifyStaff(holder: Holder): void {
  worker = holder
}

const holderOf = (call: Call): Holder => (call.as === 'me' ? identity : call.as === 'staff' ? worker : nobody)

const host = import.meta.env.VITE_API_BASE ?? ''
const base = `${host}/api/v1`

/** served is the whole address of a file that the API names by its path. */
export const served = (path: string): string => host + path

/** freshKey makes an Idempotency-Key: 128 bits where the platform has a source for them. */
export function freshKey(): string {
  const bytes = new Uint8Array(16)
  if (typeof crypto !== 'undefined') crypto.getRandomValues(bytes)
  else bytes.forEach((_, i) => (bytes[i] = Math.floor(Math.random() * 256)))
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
}

/** pathOf fills the address safely and drops empty query values. */
export function pathOf(parts: string[], query: Record<string, string | number | undefined> = {}): string {
  const path = parts.map((p) => `/${encodeURIComponent(p)}`).join('')
  const asked = Object.entries(query).filter(([, v]) => v !== undefined && v !== '')
  const tail = asked.map(([k, v]) => `${k}=${encodeURIComponent(String(v))}`).join('&')
  return tail ? `${path}?${tail}` : path
}

function headersOf(call: Call): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (call.body) headers['Content-Type'] = 'application/json'
  if (call.bytes) headers['Content-Type'] = 'application/octet-stream'
  if (call.revision !== undefined) headers['If-Match'] = `"${call.revision}"`
  if (call.key) headers['Idempotency-Key'] = call.key
  if (call.keepingCode) headers['X-Keeping-Code'] = call.keepingCode
  if (call.pickupCode) headers['X-Pickup-Code'] = call.pickupCode
  const token = holderOf(call).token()
  if (token) headers.Authorization = `Bearer ${token}`
  return headers
}

/** WeChat's request knows no PATCH; the server takes it as a POST that names it. */
function spoken(method: Method, headers: Record<string, string>): Method {
  if (method !== 'PATCH' || process.env.UNI_PLATFORM !== 'mp-weixin') return method
  headers['X-HTTP-Method-Override'] = 'PATCH'
  return 'POST'
}

function retryAfter(headers: Record<string, string> | undefined): number {
  const name = Object.keys(headers ?? {}).find((h) => h.toLowerCase() === 'retry-after')
  return name ? Number(headers![name]) || 0 : 0
}

/** request asks once and gives the answer's body; it throws Problem or Offline. */
export function request<T>(method: Method, path: string, call: Call = {}): Promise<T> {
  const headers = headersOf(call)
  const wire = spoken(method, headers)
  const asked = forgotten()
  return new Promise<T>((resolve, reject) => {
    uni.request({
      url: base + path,
      method: wire as 'GET',
      data: call.bytes ?? call.body,
      header: headers,
      ...(call.asBytes ? { responseType: 'arraybuffer' } : {}),
      timeout: call.timeout ?? 12_000,
      success: (answer) => {
        if (asked !== forgotten()) return
        const status = answer.statusCode
        if (status === 204) return resolve(undefined as T)
        const whole = typeof answer.data === 'object' && answer.data !== null
        if (status >= 200 && status < 300) {
          return whole ? resolve(answer.data as T) : reject(new Offline('foreign'))
        }
        if (status === 401 && headers.Authorization) holderOf(call).expired()
        const problem = problemFrom(status, answer.data, retryAfter(answer.header as Record<string, string>))
        if (problem.code === 'member.code_wait') identity.codeWaits()
        reject(problem)
      },
      fail: (failure) => {
        if (asked === forgotten()) reject(new Offline(/timeout/i.test(failure.errMsg ?? '') ? 'timeout' : 'network'))
      },
    })
  })
}

/** A file that she chose: in a browser the file itself, in WeChat its path. */
export type Chosen = File | string

/** upload sends one file of the phone as a form, as staff, and gives the answer's body. */
export async function upload<T>(path: string, chosen: Chosen): Promise<T> {
  const asked = forgotten()
  const headers = { Accept: 'application/json', Authorization: `Bearer ${worker.token()}` }
  const { status, data } = await sent(base + path, chosen, headers).catch(() => {
    throw new Offline('network')
  })
  if (asked !== forgotten()) return new Promise<T>(() => undefined)
  const body = parsed(data)
  if (status >= 200 && status < 300 && body) return body as T
  if (status === 401) worker.expired()
  throw problemFrom(status, body)
}

function sent(url: string, chosen: Chosen, headers: Record<string, string>): Promise<{ status: number; data: string }> {
  // #ifdef H5
  // The browser's own form: the framework's would be in everybody's first visit.
  const form = new FormData()
  form.append('picture', chosen as File)
  return fetch(url, { method: 'POST', headers, body: form, credentials: 'omit' }).then(async (answer) => ({ status: answer.status, data: await answer.text() }))
  // #endif
  // #ifndef H5
  return new Promise((resolve, reject) => {
    uni.uploadFile({ url, filePath: chosen as string, name: 'picture', header: headers, timeout: 120_000, success: ({ statusCode, data }) => resolve({ status: statusCode, data }), fail: reject })
  })
  // #endif
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data)
  } catch {
    return undefined
  }
}

/**
 * parting sends a last word as nobody and waits for nothing. In a browser it arrives even if the page is
 * closed at this moment.
 */
export function parting(path: string, body: object): void {
  if (process.env.UNI_PLATFORM !== 'h5') return void request('POST', path, { body, timeout: 5_000 }).catch(() => undefined)
  const headers = { Accept: 'application/json', 'Content-Type': 'application/json' }
  void fetch(base + path, { method: 'POST', headers, body: JSON.stringify(body), keepalive: true, credentials: 'omit' }).catch(() => undefined)
}
