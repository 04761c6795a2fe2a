// How a person gets about in the app: every page by the taps that lead there, never by its address.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './server.mjs'
import { until } from './until.mjs'

const manifest = JSON.parse(readFileSync(join(root, 'miniprogram/src/pages.json'), 'utf8'))

/** pages are all pages of the app, as its own manifest names them: {path, title}. */
export const pages = [
  ...manifest.pages.map((p) => ({ path: p.path, title: p.style.navigationBarTitleText })),
  ...manifest.subPackages.flatMap((s) => s.pages.map((p) => ({ path: `${s.root}/${p.path}`, title: p.style.navigationBarTitleText }))),
]

const tab = (word) => (page) => page.locator('.tabs__one', { hasText: word }).click()
const mine = async (page) => {
  await tab('我的')(page)
  await page.locator('.me__card').waitFor()
}
const row = (word) => (page) => page.locator('.line[role=link]', { hasText: word }).click()

/** at waits until the page of this path is the one that is shown. */
export const at = (page, path) => page.locator(`uni-page[data-page="${path}"]`).waitFor({ state: 'attached' })

export async function openStory(page, nth = 0) {
  await page.locator('.line[role=link]:has(.story-row__facts)').nth(nth).click()
  await page.locator('.story__end').waitFor()
}

/** answerAll taps through a paper; choose gives the options (texts) for a stem, or nothing for the first one. */
export async function answerAll(page, choose = () => undefined) {
  for (;;) {
    const stem = await page.locator('.attempt__stem').innerText()
    const wished = choose(stem)
    for (const option of await page.locator('.option').all()) {
      if (wished ? wished.includes(await option.locator('.option__text').innerText()) : option) await option.click()
      if (!wished) break
    }
    const go = page.locator('.screen__action .btn')
    const word = await go.innerText()
    await go.click()
    if (word === '交上去') return
    await page.waitForFunction((old) => document.querySelector('.attempt__stem')?.textContent !== old, stem)
  }
}

const begin = async (page) => {
  await page.locator('.hero__go').click()
  await page.locator('.attempt__stem').waitFor()
}

/** What is looked up in the walks; nothing but an invented law bears it. */
export const wanted = '风筝'
const invented = `${wanted}法`

const toLaws = async (page) => {
  await tab('学法')(page)
  await page.locator('.stories__laws .line').click()
}
const toLaw = async (page) => {
  await toLaws(page)
  await page.locator('.laws__row', { hasText: invented }).click()
}
export const choice = (page, asked, word) => page.locator(`[role=radiogroup][aria-label="${asked}"] [role=radio]`, { hasText: word }).click()
export const action = (page) => page.locator('.screen__action .btn').click()

/** toRough goes from home to what a time is booked for: for herself, so that nothing more is asked. */
const toRough = async (page) => {
  await mine(page)
  await row('约个时间')(page)
  await choice(page, '这次是为谁约', '我自己')
}
const toWho = async (page) => {
  await toRough(page)
  await page.locator('.begin__question').first().waitFor()
  await action(page)
  await page.locator('.chips .chip').first().waitFor()
}
export const toDay = async (page) => {
  await toWho(page)
  await action(page)
  await page.locator('.who__any').waitFor()
}

const typeWanted = async (page) => {
  await page.locator('.find').click()
  await page.locator('.search__field input').fill(wanted)
}

/**
 * ways lead from home to each page, its content shown; last is the tap that asks the server
 * for what the page shows, unless the page is silent; asks tells that request from those before it
 * where the way itself sends some.
 */
const ways = {
  'pages/home/home': { silent: true, ready: '.story-row__facts' },
  'pages/stories/stories': { last: tab('学法'), ready: '.story-row__facts' },
  'pages/practice/practice': { last: tab('答题'), ready: '.card--list .t-lead' },
  'pages/me/me': { last: tab('我的'), ready: '.me__card' },
  'pages/help/help': { last: (page) => page.locator('.dock__phone').click(), ready: '.help__number' },
  'read/story/story': { last: (page) => page.locator('.line[role=link]:has(.story-row__facts)').first().click(), ready: '.story__end' },
  'read/search/search': { first: typeWanted, last: (page) => page.locator('.search__go').click(), ready: '.search__row' },
  'law/laws/laws': { first: tab('学法'), last: (page) => page.locator('.stories__laws .line').click(), ready: '.laws__row' },
  'law/law/law': { first: toLaws, last: (page) => page.locator('.laws__row', { hasText: invented }).click(), ready: '.law__article' },
  'law/article/article': { first: toLaw, last: (page) => page.locator('.law__article').nth(1).click(), ready: '.article__label' },
  'law/changes/changes': { first: toLaw, last: (page) => page.locator('.law__compare').first().click(), ready: '.changes__one' },
  'quiz/topic/topic': { last: (page) => page.locator('.chip').first().click(), ready: '.topic__summary' },
  'quiz/attempt/attempt': { last: (page) => page.locator('.hero__go').click(), ready: '.attempt__stem' },
  'quiz/result/result': { first: begin, last: (page) => answerAll(page), asks: /\/submission$/, ready: '.score' },
  'mine/mistakes/mistakes': { first: mine, last: row('错题本'), ready: '.mistakes__one' },
  'mine/shelf/shelf': { first: mine, last: row('书架'), ready: '.shelf__drop' },
  'mine/keeping/keeping': { silent: true, first: mine, last: row('密码和清空'), ready: '.keeping__new' },
  'mine/data/data': { first: mine, last: row('我的资料'), ready: '.data__text' },
  'mine/claim/claim': { silent: true, first: mine, last: row('认领码'), ready: '.claim__text' },
  'mine/traces/traces': { silent: true, first: mine, last: row('怎样不留痕迹'), ready: '.traces__part' },
  'mine/text/text': { silent: true, first: mine, last: row('字号'), ready: '.text__sample' },
  'pen/door/door': { silent: true, first: mine, last: row('来帮忙'), ready: '.door__text' },
  'pen/join/join': { silent: true, first: async (page) => { await mine(page); await row('来帮忙')(page) }, last: row('想来帮忙'), ready: '.join__text' },
  'book/begin/begin': { first: mine, last: row('约个时间'), ready: '.urgent' },
  'book/rough/rough': { first: toRough, last: action, ready: '.chips .chip' },
  'book/who/who': { first: toWho, last: action, ready: '.who__card' },
  'book/day/day': { first: toDay, last: (page) => page.locator('.who__any').click(), ready: '.day__time' },
  'book/visits/visits': { silent: true, first: async (page) => { await mine(page); await row('约个时间')(page) }, last: (page) => page.locator('.begin__found').click(), ready: '.visits__field' },
  'mine/region/region': { first: (page) => page.locator('.dock__phone').click(), last: (page) => page.locator('.section__more').click(), ready: '.region__note' },
}

/** asks says whether a request is the one a page is shown by. */
export const asks = (path, address) => (ways[path].asks ?? /./).test(new URL(address).pathname)

/** silent pages show what the app contains and ask the server nothing. */
export const silent = (path) => ways[path].silent === true

/** inside are pages that a walk of its own leads to: those of whoever works here (`staff-phone`), and a time that is held or booked (`booking`). */
export const inside = ['book/reserve/reserve', 'book/booked/booked', 'pen/confirm/confirm', 'pen/drafts/drafts', 'pen/write/write', 'pen/acts/acts']

/** docked are the pages that must have a way out and are open to everybody: all but the one it leads to. */
export const docked = pages.filter((p) => p.path !== 'pages/almanac/almanac' && !inside.includes(p.path))

/** reach goes from home to a page; `beforeLast` runs before its last tap, and then nothing is waited for but the page. */
export async function reach(page, path, beforeLast) {
  const way = ways[path]
  if (!way) throw new Error(`no way to ${path} is known: the suite must learn the new page`)
  await way.first?.(page)
  await beforeLast?.()
  await way.last?.(page)
  if (!beforeLast) await shown(page, path)
}

/** shown waits until a page shows its content. */
export async function shown(page, path) {
  await at(page, path)
  await page.locator(ways[path].ready).first().waitFor()
}

/** sheets are the taps that open a sheet on the pages that have one. */
export const sheets = {
  'read/story/story': (page) => page.locator('.cite').first().click(),
  'quiz/result/result': (page) => page.locator('.cite').first().click(),
  'mine/mistakes/mistakes': async (page) => {
    await page.locator('.mistakes__turn').first().click()
    await page.locator('.cite').first().click()
  },
}

/** key learns the right answers of a story's questions by handing in an empty paper as somebody else: stem → texts. */
export async function key(server, path) {
  const drawn = (await server.api('POST', path, { body: {} })).body
  const result = (await server.api('POST', `/attempts/${drawn.id}/submission`, { body: {} })).body
  return new Map(result.results.map((r) => [r.stem, { right: r.options.filter((o) => r.answer.includes(o.id)).map((o) => o.text), all: r.options.map((o) => o.text), explanation: r.explanation }]))
}

const texts = {
  '2010-01-01': ['放飞以前，先看线和轴。', '线应当有轴，轴可以是下列之一：\n\n（一）竹轴；\n\n（二）木轴。\n\n轴不用的时候收好。', '电线旁边不放飞。'],
  '2020-01-01': ['放飞以前，先看天气、线和轴。', '大风天不放飞。', '线应当有轴，轴可以是下列之一：\n\n（一）竹轴；\n\n（二）木轴。\n\n轴不用的时候收好。', '电线旁边不放飞。'],
}

/** library imports an invented law in two versions, once a server, the way its operator does. */
export function library(server) {
  server.library ??= (async () => {
    for (const [from, articles] of Object.entries(texts)) {
      const dir = join(server.dir, `laws-${from}`)
      mkdirSync(dir)
      const body = articles.map((text, i) => `**第${'一二三四'[i]}条**　${text}\n`).join('\n')
      writeFileSync(join(dir, '1.md'), `<!-- ${invented} | 公布：2009-01-01 | 施行：${from} | 来源：invented | 状态：现行有效 -->\n\n## 第一章　总则\n\n${body}`)
      await server.command('law', 'import', dir)
    }
    // The search follows an import within seconds; a page asks it once.
    await until('the invented law to be found', async () => (await server.api('GET', `/search?q=${encodeURIComponent(wanted)}`)).body.items?.length > 0)
  })()
  return server.library
}

/** Somebody is a guest with saved things, made through the API, and the phone storage that remembers her. */
export async function somebody(server) {
  await library(server)
  const session = (await server.api('POST', '/sessions', { body: { provider: 'guest', remember: true } })).body
  const { token } = session
  const must = async (method, path, body) => {
    const answer = await server.api(method, path, { token, body })
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status}`)
    return answer.body
  }
  await must('PUT', '/me/keeping', { mistakes: true, reading: true, favourites: true })
  const stories = (await server.api('GET', '/explainers')).body.items
  await must('PUT', `/me/shelf/favourites/${stories[0].slug}`)
  await must('PUT', `/me/shelf/read/${stories[1].slug}`)
  const paper = await must('POST', '/me/daily', {})
  await must('POST', `/attempts/${paper.id}/submission`, {})
  const value = JSON.stringify({ type: 'object', data: session })
  return {
    session,
    markers: [wanted, token, session.endKey, session.member.id, paper.id, ...paper.questions.map((q) => q.stem)],
    storageState: { cookies: [], origins: [{ origin: server.url, localStorage: [{ name: 'token', value }] }] },
  }
}
