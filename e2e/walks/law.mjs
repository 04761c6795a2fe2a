// From a sentence to the law it cites, and on from there; the search; what comes back another day; and what a changed
// law does to what was said before. What needs the official texts uses those beside the repository and is NOT RUN
// without them.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Phone } from '../lib/browser.mjs'
import { answerAll, openStory, somebody } from '../lib/app.mjs'
import { root, Server } from '../lib/server.mjs'
import { renumbered } from '../lib/statute.mjs'
import { until } from '../lib/until.mjs'

const corpus = join(root, '..', 'shared', 'law', 'corpus')
const protection = '反家庭暴力法'

export async function law(t, { browser, server }) {
  await t.test('without its text a citation says which article it is and how to get it', () => Phone.use(browser, server, { name: 'no-text' }, without))
  await t.test('what was wrong comes back another day, with another question', () => another(browser))
  await t.test('a search while the index is being built', () => Phone.use(browser, server, { name: 'preparing' }, preparing))
  if (!existsSync(corpus)) return console.log(`NOT RUN: the walks over official texts: no ${corpus}`)
  await t.test('the official texts come in', () => imported(server))
  await t.test('from a story to its provision and on to another story', async () => {
    const way = await shared(server)
    await Phone.use(browser, server, { name: 'provision' }, (phone) => onwards(phone, way))
  })
  await t.test('three ways of asking', () => Phone.use(browser, server, { name: 'search' }, (phone) => asked(phone, server)))
  await t.test('a new version of a law', () => changed(browser, server))
}

async function without(phone) {
  const { page } = phone
  await phone.home()
  await openStory(page)
  await page.locator('.cite').first().click()
  const line = await page.locator('.app-citation__missing').innerText()
  assert.match(line, /第[一二三四五六七八九十百零]+条/)
  assert.match(line, /国家法律法规数据库/)
}

async function imported(server) {
  const dir = join(server.dir, 'official')
  cpSync(corpus, dir, { recursive: true, filter: (from) => !basename(from).startsWith('_') })
  const output = await server.command('law', 'import', dir)
  assert.match(output, /新收 \d{2} 部/)
  assert.match(output, /没收 0 个/)
  // What ships was checked against these very texts.
  assert.match(await server.command('law', 'dependants'), /没有这样的内容/)
  await until('the search to know them', () => server.api('GET', `/search?q=${encodeURIComponent('反家暴法23')}`).then((a) => a.body.items?.[0]?.kind === 'article'))
}

/** shared finds a story with a citation of a 款 that another story cites the article of, and more questions than the page shows at first. */
async function shared(server) {
  const stories = (await server.api('GET', '/explainers?limit=50')).body.items
  for (const { slug } of stories) {
    const story = (await server.api('GET', `/explainers/${slug}`)).body
    for (const citation of story.citations.filter((c) => c.paragraph && !c.item)) {
      const article = (await server.api('GET', `/laws/${citation.law}/articles/${citation.article}`)).body
      const other = article.citedBy.explainers.find((e) => e.slug !== slug)
      if (other && article.citedBy.questions.length > 3) return { story, citation, article, other }
    }
  }
  throw new Error('no article stands under two stories and four questions')
}

async function onwards(phone, { story, citation, article, other }) {
  const { page, seen } = phone
  await phone.home()
  await page.locator('.section__more').click()
  await page.locator('.line[role=link]:has(.story-row__facts)', { hasText: story.title }).click()
  await page.locator('.cite', { hasText: citation.label.split(' ').at(-1) }).first().click()
  await page.locator('.provision__lit').first().waitFor()
  const lit = (await page.locator('.provision__lit').allInnerTexts()).join('').replace(/\s/g, '')
  assert.ok(lit.startsWith(article.paragraphs[citation.paragraph - 1].text.replace(/\s/g, '').slice(0, 40)), `lit is: ${lit}`)
  assert.ok(await page.locator('.provision__dim').count(), 'nothing of the article is grey')
  await page.locator('.app-citation__others').click()
  await page.locator('.article__label', { hasText: article.label }).waitFor()
  await asks(page, article.citedBy.questions)
  await page.locator('.article__story', { hasText: other.title }).click()
  await page.locator('.t-title', { hasText: other.title }).waitFor()
  await page.locator('.story__end').waitFor()
  assert.ok(seen.every((r) => !r.authorization), 'reading the law left an identity')
}

/** asks sees the first of the questions that cite the article, then all of them, and goes to where one is asked and back. */
async function asks(page, questions) {
  const rows = page.locator('.article__question')
  assert.equal(await rows.count(), 3)
  await page.locator('.article__all', { hasText: `全部 ${questions.length} 题` }).click()
  for (const { stem } of questions) await rows.filter({ hasText: stem }).first().waitFor()
  assert.equal(await rows.count(), questions.length)
  await rows.last().click()
  await page.locator('.topic__summary').waitFor()
  await page.goBack()
  await page.locator('.article__story').first().waitFor()
}

/** preparing meets a search whose index is being built: a sentence, the same words to try again with, and the way to help. */
async function preparing(phone) {
  const { page } = phone
  const building = { status: 503, code: 'search.preparing', title: 'Service Unavailable', detail: '正在整理，过一会儿再搜。' }
  await page.route('**/api/v1/search?*', (r) => r.fulfill({ status: 503, contentType: 'application/problem+json', headers: { 'Retry-After': '5' }, json: building }))
  await phone.home()
  await page.locator('.find').click()
  await page.locator('.search__field input').fill('告诫')
  await page.locator('.search__go').click()
  await page.locator('.state', { hasText: '正在整理，过一会儿再搜。' }).waitFor()
  assert.equal(await page.locator('.search__field input').inputValue(), '告诫', 'the words are gone')
  assert.ok(await page.locator('.dock__phone').isVisible(), 'no way to the telephone page')
  await page.unroute('**/api/v1/search?*')
  await page.locator('.state__step').click()
  await page.locator('.search__row').first().waitFor()
}

/** asked looks for words, for what people say instead, and for an article by its number; none of it stays anywhere. */
async function asked(phone, server) {
  const { page, context } = phone
  await phone.home()
  await page.locator('.find').click()
  const first = async (words) => {
    const answered = page.waitForResponse((r) => r.url().includes('/api/v1/search'))
    await page.locator('.search__field input').fill(words)
    await page.locator('.search__go').click()
    const { items } = await (await answered).json()
    await page.locator('.search__row').first().waitFor()
    return items.slice(0, 3).map((i) => (i.kind === 'article' ? `${i.law} ${i.number}` : i.slug))
  }
  const slip = (await server.api('GET', '/explainers?limit=50')).body.items.find((s) => s.title === '盖了章的一张纸').slug
  assert.ok((await first('告诫')).includes(slip), 'words')
  assert.equal((await first('反家暴法23'))[0], 'fjtblf 23', 'an article by its number')
  assert.ok((await first('老公打老婆怎么办')).length === 3, 'what people say')
  assert.ok(await page.locator('.search__row .marked__met').count(), 'nothing is marked')
  const left = await page.evaluate(() => [location.href, JSON.stringify(history.state), JSON.stringify(Object.entries(localStorage)), JSON.stringify(Object.entries(sessionStorage)), document.title].join(' '))
  const log = server.log()
  for (const words of ['告诫', '反家暴法23', '老公打老婆']) {
    for (const trace of [words, encodeURIComponent(words)]) assert.ok(!left.includes(trace) && !log.includes(trace), `${words} stayed`)
  }
  await page.locator('.search__row').first().click()
  await page.locator('.story__end, .article__label, .law__title, .topic__summary').first().waitFor()
  assert.equal((await context.cookies()).length, 0)
}

/** changed brings a law in whose articles from the 23rd on have moved by one, beside the running server. */
async function changed(browser, server) {
  const story = (await server.api('GET', '/explainers?limit=50')).body.items.find((s) => s.title === '她不用一个人去')
  const before = await attempt(server, story.slug)
  const listed = await listedUnder(server, 23)
  const dir = join(server.dir, 'renumbered')
  mkdirSync(dir)
  writeFileSync(join(dir, '1.md'), renumbered(readFileSync(join(corpus, `${protection}.md`), 'utf8'), 23, today()))
  const said = await server.command('law', 'import', dir)
  assert.match(said, /新版本：中华人民共和国反家庭暴力法/)
  assert.match(said, new RegExp(`故事 .*《${story.title}》 引用 .*第二十三条第二款：.*第二十四条第二款`))
  assert.match(said, /题目/)
  assert.ok((await server.command('law', 'dependants', protection)).trim().split('\n').length > 5)
  const after = await until('the questions to leave the draws', async () => {
    const now = await attempt(server, story.slug).catch(() => ({ questions: [] }))
    return now.questions.length < before.questions.length && now
  })
  const gone = before.questions.filter((q) => !after.questions.some((other) => other.id === q.id))
  const result = (await server.api('POST', `/attempts/${before.id}/submission`, { body: {} })).body
  assert.equal(result.results.length, before.questions.length, 'a attempt that was begun before lost questions')
  for (const { id } of gone) {
    const cites = result.results.find((r) => r.question === id).citations
    assert.ok(cites.some((c) => c.law === 'fjtblf' && c.changed), `${id} left and cites nothing that changed`)
  }
  const [still, moved] = [await listedUnder(server, 23), await listedUnder(server, 24)]
  assert.ok(gone.some((q) => listed.includes(q.stem)), 'none of those that left was listed under the article')
  assert.ok(!gone.some((q) => [...still, ...moved].includes(q.stem)), 'a question out of the draws is still listed under the article')
  await Phone.use(browser, server, { name: 'changed' }, (phone) => sees(phone, story))
}

const listedUnder = async (server, number) => (await server.api('GET', `/laws/fjtblf/articles/${number}`)).body.citedBy.questions.map((q) => q.stem)

const attempt = async (server, slug) => {
  const drawn = await server.api('POST', `/explainers/${slug}/attempts`, { body: {} })
  if (drawn.status !== 201) throw new Error(`no paper: ${drawn.status}`)
  return drawn.body
}

const today = () => new Date(Date.now() + 8 * 3600_000).toISOString().slice(0, 10)

async function sees(phone, story) {
  const { page } = phone
  await phone.home()
  await page.locator('.section__more').click()
  await page.locator('.line[role=link]:has(.story-row__facts)', { hasText: story.title }).click()
  await page.locator('.story__notice').waitFor()
  await page.locator('.cite', { hasText: '第二十三条第二款' }).first().click()
  await page.locator('.app-citation__moved').waitFor()
  await page.locator('.app-citation__see').click()
  await page.locator('.changes__one').first().waitFor()
  assert.match((await page.locator('.changes__one').allInnerTexts()).join('\n'), /第二十三条[^]*第二十四条/)
}

/** another: three days ago she answered everything wrong and saved it; today it is due, in other words. */
async function another(browser) {
  const first = await Server.start({ alone: true, set: ['clock.shift=-72h'] })
  try {
    const her = await somebody(first)
    const stems = her.markers.slice(-5)
    await until('the attempt to be kept', () => first.api('GET', '/me/mistakes', { token: her.session.token }).then((a) => a.body.items.length > 0))
    await first.stop()
    const now = await Server.start({ alone: true, dir: first.dir })
    her.storageState.origins[0].origin = now.url
    await Phone.use(browser, now, { name: 'due', storageState: her.storageState }, (phone) => reviewed(phone, stems, now, her))
    now.child.kill('SIGKILL')
  } finally {
    first.remove()
  }
}

async function reviewed(phone, stems, server, her) {
  const { page } = phone
  const due = (await server.api('GET', '/me/reviews', { token: her.session.token })).body
  assert.ok(due.kept && due.due > 0, `nothing is due: ${JSON.stringify(due)}`)
  await phone.home()
  const card = page.locator('.home__due')
  await card.waitFor()
  assert.match(await card.innerText(), new RegExp(`${due.due} 个要点`))
  const drawn = page.waitForResponse((r) => r.url().endsWith('/me/reviews/attempts'))
  await card.locator('.line').click()
  const { questions } = await (await drawn).json()
  // A few concepts have one question and no other to ask.
  assert.ok(questions.filter((q) => stems.includes(q.stem)).length <= questions.length - 2, 'the same questions came back')
  await page.locator('.attempt__stem').waitFor()
  await answerAll(page)
  await page.locator('.score').waitFor()
  await until('nothing more to be due', () => server.api('GET', '/me/reviews', { token: her.session.token }).then((a) => a.body.due === Math.max(0, due.due - 5)))
}
