// What the browser writes down about where she was: its history outlives the exit, so no address and no title in it may
// name a law, a story or a topic. Read from the profile on disk, as whoever holds the phone could.
import assert from 'node:assert/strict'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Phone, launchAt } from '../lib/browser.mjs'
import { at, docked, library, reach, shown, somebody } from '../lib/app.mjs'
import { score } from '../lib/score.mjs'

const row = 'quick exit: addresses in the history that name a law or an explainer'

export async function addresses(t, { browser, server }) {
  await library(server)
  const names = await named(server)
  await t.test('the history names no law, no story and no topic', async () => {
    const found = await visited(server, 'plain', names, (page) => everywhere(page, server))
    const control = await visited(server, 'spelt', names, (page) => spelt(page, names))
    assert.ok(control.length >= 1, 'an address that spells a story is not found in the history')
    score('addresses', row, found.length, found.length === 0, `the search found ${control.join(', ')} where an address spelled it`)
    assert.deepEqual(found, [])
  })
  await t.test('an address of an earlier version still opens its page, and is replaced', () => oldLink(browser, server))
}

/** named are the names an address could spell: slugs of laws, stories and topics. */
async function named(server) {
  const lists = await Promise.all(['/laws', '/explainers', '/quizzes'].map((path) => server.api('GET', path)))
  const names = lists.flatMap(({ body }) => body.items.map((one) => one.law ?? one.slug))
  assert.ok(names.length > 20, `only ${names}`)
  return [...new Set(names)]
}

/** visited walks with a profile of its own and lists the names found in its history. */
async function visited(server, name, names, walk) {
  const dir = join(server.dir, `profile-${name}`)
  const context = await launchAt(dir, server.url)
  context.setDefaultTimeout(20_000)
  const page = context.pages()[0]
  await walk(page)
  await context.close()
  const history = readFileSync(join(dir, 'Default', 'History')).toString('latin1')
  assert.ok(history.includes(`${server.url}/`), 'the history holds no visit at all')
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
  return names.filter((one) => new RegExp(`[=/]${encodeURIComponent(one)}(?![\\w-])`).test(history))
}

/** everywhere opens every page of the app, as somebody this phone remembers. */
async function everywhere(page, server) {
  const [{ localStorage: stored }] = (await somebody(server)).storageState.origins
  await page.goto('/')
  await page.evaluate((items) => items.forEach(({ name, value }) => localStorage.setItem(name, value)), stored)
  for (const { path } of docked) {
    await page.goto('/')
    await page.locator('.story-row__facts').first().waitFor()
    await reach(page, path)
  }
}

/** spelt follows an address as an earlier version made them. */
async function spelt(page, names) {
  await page.goto(`/#/read/story/story?slug=${names.find((n) => n === 'wanfeng') ?? names.at(-1)}`)
  await page.locator('.story-row__facts').first().waitFor()
}

/** oldLink follows such an address where the app is open already; Back and another page still work. */
async function oldLink(browser, server) {
  const [{ slug, title }] = (await server.api('GET', '/explainers')).body.items
  await Phone.use(browser, server, { name: 'old-link' }, async (phone) => {
    const { page } = phone
    await phone.home()
    await page.evaluate((to) => { location.hash = `/read/story/story?slug=${to}` }, slug)
    await shown(page, 'read/story/story')
    assert.equal(await page.locator('.t-title').first().innerText(), title)
    assert.match(new URL(page.url()).hash, /^#\/read\/story\/story\?n=[2-9]{6}$/)
    assert.ok(!JSON.stringify(await page.evaluate(() => history.state)).includes(slug))
    await page.locator('.screen__back').click()
    await at(page, 'pages/home/home')
  })
}
