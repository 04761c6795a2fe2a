// A member of staff at a desk: signed in with a demonstration account, at 1280 × 800 or on a tablet, with every request,
// every error and every script that the content policy stopped written down. Areas of the console use it in files of their
// own, e2e/walks/console/AREA.mjs.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { strangers, watch } from './browser.mjs'
import { layoutFaults, pale } from './look.mjs'

export const desks = { desk: { width: 1280, height: 800 }, tablet: { width: 834, height: 1112 } }
/** The demonstration's accounts, one for each role; their password and secret are in internal/staff/demo.go. */
export const logins = ['zhiyuan', 'yishen', 'ershen', 'sanshen', 'fabu', 'laoshi', 'xietiao', 'banli', 'dudao', 'shenji', 'guanli1', 'guanli2']
export const password = 'yanshi-pugongying'
const secret = 'PUGONGYINGYANSHIMIMAPUGONGYINGYA'
const step = 30_000
const axe = readFileSync(createRequire(new URL('../../miniprogram/package.json', import.meta.url)).resolve('axe-core/axe.min.js'), 'utf8')

/** oneTimeCode is what an authenticator shows at a moment (RFC 6238). */
export function oneTimeCode(at = Date.now()) {
  const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / step)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const from = mac[19] & 15
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1e6).padStart(6, '0')
}

/** signIn opens a session over HTTP and gives its cookies. A code is good once: `at` takes the one of another half minute, and one that was used already is waited for. */
export async function signIn(server, login, at = Date.now()) {
  const answer = await enter(server, login, at)
  if (answer.status === 409) {
    await new Promise((done) => setTimeout(done, step - (Date.now() % step) + 500))
    return signIn(server, login)
  }
  assert.equal(answer.status, 303, `${login} is not signed in: ${answer.status}`)
  return answer.headers.getSetCookie().map((line) => {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)
    return { name, value, url: server.url, httpOnly: true, sameSite: 'Strict' }
  })
}

const enter = (server, login, at) => fetch(`${server.url}/console/sign-in`, {
    method: 'POST', redirect: 'manual', body: new URLSearchParams({ login, password, code: oneTimeCode(at) }), headers: { Origin: server.url },
  })

const sessions = new Map()
/** session is signIn once for each account of a server: a walk has many pages and each code opens one session. */
export function session(server, login) {
  const key = `${server.url} ${login}`
  if (!sessions.has(key)) sessions.set(key, signIn(server, login, Date.now() - step))
  return sessions.get(key)
}

/** Desk is one browser context at a desk. `use` closes it and asserts what holds for every page of the console. */
export class Desk {
  static async use(browser, server, { login, size = 'desk', night = false, strangersExpected = false }, walk) {
    const desk = new Desk()
    desk.server = server
    desk.context = await browser.newContext({
      baseURL: server.url, viewport: desks[size], hasTouch: size === 'tablet', locale: 'zh-CN', timezoneId: 'Asia/Shanghai', colorScheme: night ? 'dark' : 'light', serviceWorkers: 'block',
    })
    desk.context.setDefaultTimeout(20_000)
    await desk.context.addInitScript(() => {
      window.ranHere = 0
      window.stopped = []
      window.ran = () => { window.ranHere += 1 }
      for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = window.ran
      document.addEventListener('securitypolicyviolation', (e) => window.stopped.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`))
    })
    if (login) await desk.context.addCookies(await session(server, login))
    desk.seen = watch(desk.context)
    desk.errors = []
    desk.context.on('weberror', (e) => desk.errors.push(e.error().message))
    // A page whose sheet or script did not come looks wrong everywhere; this says why.
    desk.context.on('response', (r) => { if (r.status() >= 400 && /\/static\//.test(r.url())) desk.errors.push(`${r.url()}: ${r.status()}`) })
    desk.context.on('requestfailed', (r) => { if (/\/static\//.test(r.url()) && !/ABORTED/.test(r.failure()?.errorText)) desk.errors.push(`${r.url()}: ${r.failure()?.errorText}`) })
    desk.page = await desk.context.newPage()
    try {
      const result = await walk(desk)
      const elsewhere = strangersExpected ? [] : strangers(desk.seen, server.url)
      assert.deepEqual(elsewhere, [], 'other origins were asked')
      if (!strangersExpected) assert.deepEqual(desk.errors, [], 'a page threw')
      return result
    } finally {
      await desk.context.close()
    }
  }

  /** open goes to a page below /console and asserts that it is one. */
  async open(path) {
    const answer = await this.page.goto(path.startsWith('/console') ? path : `/console${path}`)
    assert.ok(answer.status() < 400, `${path}: ${answer.status()}`)
    return answer
  }

  /** executed is how many scripts a page ran that it should not have, and what its policy stopped. */
  executed() {
    return this.page.evaluate(() => ({ ran: window.ranHere, stopped: window.stopped }))
  }

  /** looks lists what is wrong with how the page looks and speaks, as it is now: axe's rules, text that is cut or pale. */
  async looks() {
    await this.steady()
    await this.page.evaluate(axe)
    const { violations } = await this.page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
    const faults = violations.map((v) => `axe ${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join(' | ')}`)
    // What only a screen reader reads (.hush) is cut on purpose.
    faults.push(...(await layoutFaults(this.page, false)).filter((f) => !f.includes('.hush')), ...(await pale(this.page)))
    return faults
  }

  /** steady waits until the page looks as it will stay: its fonts are there and nothing fades any more. */
  steady() {
    return this.page.evaluate(async () => {
      await document.fonts.ready
      await Promise.race([Promise.allSettled(document.getAnimations().map((a) => a.finished)), new Promise((done) => setTimeout(done, 2000))])
    })
  }

  /** small lists what a finger cannot hit on a tablet: buttons, fields and rows lower than 48 px; links inside a sentence are exempt. */
  small() {
    return this.page.evaluate(() => [...document.querySelectorAll('button, .bt, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, textarea, td > a, .tabs a, .rail a')]
      .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 47.5 && !e.closest('dialog:not([open])'))
      .map((e) => `${e.tagName.toLowerCase()} “${(e.textContent || e.name || '').trim().slice(0, 20)}” is ${Math.round(e.getBoundingClientRect().height)} px high`))
  }

  /** links are the pages of the console that this page leads to; one address for each kind of page. */
  async links() {
    const all = await this.page.evaluate(() => [...document.querySelectorAll('a[href]')].map((a) => new URL(a.href)).filter((u) => u.origin === location.origin).map((u) => u.pathname + u.search))
    return all.filter((path) => /^\/console(\/|\?|$)/.test(path) && !/\/static\/|\/picture-files\/|\/export\b|export=|\/sign-in|\/file\b|\/files\//.test(path))
  }

  /** everyPage walks from page to page, each kind once, and calls visit with its address. */
  async everyPage(visit, { from = ['/console'], most = 40 } = {}) {
    const kinds = new Set()
    const waiting = [...from]
    while (waiting.length && kinds.size < most) {
      const path = waiting.shift()
      const kind = kindOf(path)
      if (kinds.has(kind)) continue
      kinds.add(kind)
      await this.open(path)
      waiting.push(...(await this.links()))
      await visit(path, kind)
    }
    return kinds
  }
}

// Words of addresses; every other part behind an area's name is one thing's id.
const words = ['new', 'one', 'confirm', 'file', 'template', 'close', 'acts', 'chart', 'proof', 'correction', 'password']

/** kindOf is a path without what only names one thing: ids, values of filters. */
export function kindOf(path) {
  const { pathname, searchParams } = new URL(path, 'http://desk')
  const names = [...searchParams.keys()].filter((k) => !['page', 'after', 'sort'].includes(k)).sort()
  const parts = pathname.split('/').map((part, i) => (i < 3 || words.includes(part) ? part : ':id'))
  return parts.join('/') + (names.length ? `?${names.join('&')}` : '')
}
