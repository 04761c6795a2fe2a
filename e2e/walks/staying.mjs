// After 离开: the other tabs are gone too, and the almanac stays, whatever the phone does, until she opens the app anew.
import assert from 'node:assert/strict'
import { Phone, launch } from '../lib/browser.mjs'
import { Server } from '../lib/server.mjs'
import { at, reach, shown, somebody } from '../lib/app.mjs'
import { residue } from '../lib/residue.mjs'
import { until } from '../lib/until.mjs'

const almanac = 'pages/almanac/almanac'

export async function staying(t, { browser, server }) {
  await t.test('the other tabs go too', () => otherTabs(browser, server))
  await t.test('a tab that was asleep shows nothing of hers when it wakes', () => asleep(browser, server))
  await t.test('the almanac stays over screen off and on, and over a reload; the address opens the app', () => stays(browser, server))
  await t.test('a reload without network shows the almanac', () => unreachable(browser))
  await t.test('Back from another site shows home, not the page as it was', () => restored(server))
}

const leave = async (page) => {
  const box = await until('离开', () => page.locator('.dock__leave').boundingBox())
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
}

const blankOver = (page) => page.waitForFunction(() => !document.documentElement.hasAttribute('data-blank'))

/** twoTabs has a story open in one tab and a paper in the other. */
async function twoTabs(browser, server, walk) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: 'tabs', storageState: her.storageState }, async (phone) => {
    await phone.home()
    await reach(phone.page, 'read/story/story')
    const other = await phone.context.newPage()
    await other.goto('/')
    await other.locator('.story-row__facts').first().waitFor()
    await reach(other, 'quiz/attempt/attempt')
    const stem = await other.locator('.attempt__stem').innerText()
    await walk(phone, other, [...her.markers, stem])
  })
}

function otherTabs(browser, server) {
  return twoTabs(browser, server, async ({ page, seen }, other, markers) => {
    const from = seen.length
    await leave(page)
    for (const tab of [page, other]) {
      await at(tab, almanac)
      await blankOver(tab)
      assert.deepEqual(await residue(tab, markers), [])
    }
    assert.ok(!seen.slice(from).some((r) => r.authorization), 'a request carried her')
  })
}

function asleep(browser, server) {
  return twoTabs(browser, server, async ({ page, context }, other, markers) => {
    // What can be seen in each frame, from the moment the tab wakes.
    await other.evaluate(() => {
      window.frames_ = []
      const look = () => {
        const veiled = document.querySelector('.screen__veil, .cover--on, .almanac')
        window.frames_.push(veiled ? '' : document.body.innerText)
        requestAnimationFrame(look)
      }
      document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && requestAnimationFrame(look))
    })
    await sleep(other, true)
    const devtools = await context.newCDPSession(other)
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' })
    await leave(page)
    await at(page, almanac)
    await devtools.send('Page.setWebLifecycleState', { state: 'active' })
    await sleep(other, false)
    await at(other, almanac)
    await blankOver(other)
    const drawn = await other.evaluate(() => window.frames_)
    assert.ok(drawn.length > 0, 'no frame was looked at')
    assert.deepEqual(drawn.filter((text) => markers.some((m) => text.includes(m))), [])
  })
}

/** sleep has the page believe that it went out of sight, or came back. */
const sleep = (page, hidden) => page.evaluate((away) => {
  Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => (away ? 'hidden' : 'visible') })
  document.dispatchEvent(new Event('visibilitychange'))
}, hidden)

async function stays(browser, server) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: 'staying', storageState: her.storageState }, async ({ page, seen }) => {
    await page.clock.install()
    await page.goto('/')
    await page.locator('.story-row__facts').first().waitFor()
    await reach(page, 'read/story/story')
    await page.clock.resume()
    await leave(page)
    await at(page, almanac)
    await blankOver(page)
    const from = seen.length
    for (const minutes of [0, 1, 30]) {
      await sleep(page, true)
      await page.clock.fastForward(minutes * 60_000)
      await sleep(page, false)
      await page.waitForTimeout(300)
      await at(page, almanac)
    }
    await page.reload()
    await at(page, almanac)
    await page.locator('.almanac__term').waitFor()
    await sleep(page, true)
    await sleep(page, false)
    await page.waitForTimeout(300)
    await at(page, almanac)
    assert.deepEqual(seen.slice(from).filter((r) => r.path.startsWith('/api/')), [], 'the almanac asked the server something')
    assert.deepEqual(await residue(page, her.markers), [])
    await page.goto('/')
    await shown(page, 'pages/home/home')
  })
}

/** unreachable: the server is gone after the exit, and before it. */
async function unreachable(browser) {
  const server = await Server.start({ alone: true })
  try {
    await Phone.use(browser, server, { name: 'unreachable', serviceWorkers: 'allow' }, async (phone) => {
      const { page } = phone
      await phone.home()
      await reach(page, 'read/story/story')
      await until('the worker', () => page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).some((r) => r.active)), 15_000)
      await page.reload()
      await page.locator('.story-row__facts').first().waitFor()
      const names = (await server.api('GET', '/explainers')).body.items.flatMap((s) => [s.slug, s.title])
      const script = await (await fetch(`${server.url}/worker.js`)).text()
      assert.deepEqual([...names, '学堂', '法', '妇'].filter((word) => script.includes(word)), [], 'the worker says what the app is')
      await leave(page)
      await at(page, almanac)
      await blankOver(page)
      const shownThere = await page.locator('.almanac').innerText()
      await server.stop()
      for (const address of [page.url(), `${server.url}/`]) {
        await page.goto('about:blank')
        await page.goto(address)
        assert.equal(await page.title(), '节气')
        assert.equal((await page.locator('.almanac').innerText()).replace(/\s+/g, ''), shownThere.replace(/\s+/g, ''))
        assert.deepEqual(await residue(page, names), [])
      }
    })
  } finally {
    server.remove()
  }
}

/** restored: a browser that keeps whole pages gives them back as they were, unless the page looks after itself. */
async function restored(server) {
  const browser = await launch({ ignoreDefaultArgs: ['--disable-back-forward-cache'] })
  try {
    await Phone.use(browser, server, { name: 'restored' }, async (phone) => {
      const { page } = phone
      await phone.home()
      await reach(page, 'read/story/story')
      await page.evaluate(() => { window.addEventListener('pageshow', (e) => { window.persisted = e.persisted }) })
      await page.goto('/openapi.json')
      await page.goBack({ waitUntil: 'commit' })
      await shown(page, 'pages/home/home')
      assert.equal(await page.evaluate(() => window.persisted), true, 'the browser did not keep the page: nothing was tried')
    })
  } finally {
    await browser.close()
  }
}
