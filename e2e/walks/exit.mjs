// 离开 from every page, in every state she may be caught in. What is asserted here is also asserted to be found where the
// way out is broken on purpose, so that the checks are known to see.
import assert from 'node:assert/strict'
import { Phone } from '../lib/browser.mjs'
import { asks, at, docked, reach, sheets, shown, silent, somebody } from '../lib/app.mjs'
import { residue, telltale, timeVeil } from '../lib/residue.mjs'
import { until } from '../lib/until.mjs'

const slowly = 5000
const almanac = 'pages/almanac/almanac'

export async function exit(t, { browser, server }) {
  const things = await readable(server)
  await inLanes(t, docked, async (inner, path) => {
    const caught = (state) => inner.test(`${path} ${state}`, () => leaveFrom({ browser, server, things, path, state }))
    // The slow network takes five seconds: the other states are walked meanwhile.
    const slow = caught('slow')
    for (const state of ['top', 'scrolled', ...(sheets[path] ? ['sheet'] : []), 'offline']) await caught(state)
    await slow
  })
  for (const path of ['read/story/story', 'quiz/attempt/attempt', 'mine/mistakes/mistakes']) {
    await t.test(`a fresh start on ${path} opens home and asks for nothing else`, () => freshStart(browser, server, path))
  }
  await t.test('closing the page at the touch still ends the session', () => closedAtOnce(browser, server, things))
  await t.test('Back closes a sheet first, and the exit right after it leaves nothing behind', () => backAndOut(browser, server, things))
  await t.test('while a session is being opened', () => whileSigningIn(browser, server))
  await t.test('a way out that wipes nothing is noticed', () => unwiped(browser, server, things))
  await t.test('a way out that does nothing is noticed', () => deadDock(browser, server, things))
}

/** inLanes walks the pages three at a time: most of a walk is waiting. */
async function inLanes(t, pages, walk) {
  const left = pages.map((p) => p.path)
  const lane = async () => {
    for (let path = left.shift(); path; path = left.shift()) await walk(t, path)
  }
  await Promise.all([lane(), lane(), lane()])
}

/** readable is everything there is to read that an onlooker should not find again: titles, slugs, topics. */
async function readable(server) {
  const stories = (await server.api('GET', '/explainers')).body.items
  const topics = (await server.api('GET', '/quizzes')).body.items
  return [...stories, ...topics].flatMap((s) => [s.title, s.slug])
}

async function ready(phone, her, things) {
  phone.markers = [...things, ...her.markers]
  phone.context.on('response', (r) => {
    if (!/\/attempts$|\/me\/daily$/.test(new URL(r.url()).pathname)) return
    r.json().then((paper) => phone.markers.push(paper.id, ...paper.questions.map((q) => q.stem)), () => undefined)
  })
  await phone.home()
}

/** delay holds every request to the API back for five seconds; waiting counts those still on their way, asked lists all. */
async function delay(context, delayed) {
  await context.route('**/api/**', async (route) => {
    delayed.waiting++
    delayed.asked.push(route.request().url())
    await new Promise((later) => setTimeout(later, slowly))
    await route.fetch().then((answer) => route.fulfill({ response: answer })).catch(() => route.abort().catch(() => undefined))
    delayed.waiting--
  })
}

async function leaveFrom({ browser, server, things, path, state }) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: `${path}-${state}`, storageState: her.storageState }, async (phone) => {
    const { page, context, seen } = phone
    const ids = [her.session.token, her.session.member.id]
    await ready(phone, her, things)
    const delayed = { waiting: 0, asked: [] }
    await reach(page, path, state === 'slow' ? () => delay(context, delayed) : undefined)
    // What was asked before the touch may carry her, so it must be on its way by then.
    if (state === 'slow') await (silent(path) ? shown(page, path) : until('the page to ask', () => delayed.asked.some((address) => asks(path, address))))
    if (state === 'scrolled') await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    if (state === 'sheet') await sheets[path](page).then(() => page.locator('.sheet__card').waitFor())
    if (state === 'offline') await context.setOffline(true)
    const from = seen.length
    const veil = await tapLeave(page)
    assert.ok(!veil.seen, 'something could still be seen in the first frame after the touch')
    assert.ok(veil.tick < Infinity, 'nothing was hidden in the tick of the touch')
    await gone(page, phone.markers)
    await until('the delayed answers', () => delayed.waiting === 0, slowly * 3)
    if (state === 'offline') await context.setOffline(false)
    else await until('the session to be dead', () => server.api('GET', '/me', { token: her.session.token }).then((a) => a.status === 401), slowly * 3)
    await gone(page, phone.markers)
    await context.unroute('**/api/**')
    // The scroll position and an open sheet change nothing of what follows.
    if (!['scrolled', 'sheet'].includes(state)) await backAndForth(page, phone.markers).then(() => freshly(phone))
    if (['top', 'offline'].includes(state)) await coldStart(browser, phone, ids, her.session.endKey)
    assert.deepEqual(telltale(seen.slice(from), ids, her.session.endKey), [], 'a request carried her')
  })
}

/** tapLeave touches 离开 and gives how long the page could still be seen. */
async function tapLeave(page) {
  const measured = await timeVeil(page)
  await touchLeave(page)
  return measured()
}

/** touchLeave touches 离开 where it is; while one page replaces another there may be none for a moment. */
async function touchLeave(page) {
  const box = await until('离开', () => page.locator('.dock__leave').boundingBox())
  await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2)
}

async function gone(page, markers) {
  await page.locator('.almanac').waitFor()
  await page.waitForFunction(() => !document.documentElement.hasAttribute('data-blank'))
  assert.deepEqual(await residue(page, markers), [], 'the phone still tells')
}

const painted = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(done), 0))))

/** backAndForth presses Back until the app is left, then Forward again: nothing of it may show. */
async function backAndForth(page, markers) {
  const walk = async (step) => {
    for (let n = 0; n < 6; n++) {
      const before = page.url()
      await page[step]({ waitUntil: 'commit', timeout: 3000 }).catch(() => undefined)
      if (page.url() === 'about:blank') return
      await page.locator('uni-page-body').waitFor({ state: 'attached' })
      await painted(page)
      await neutral(page, markers)
      if (page.url() === before) return
    }
  }
  await walk('goBack')
  await walk('goForward')
}

/** neutral asserts that the almanac or a guest's home is shown and contains nothing of hers. */
async function neutral(page, markers) {
  const shown = await page.locator('uni-page').first().getAttribute('data-page')
  assert.ok([almanac, 'pages/home/home'].includes(shown), `${shown} came back`)
  if (shown === almanac) return assert.deepEqual(await residue(page, markers), [])
  await asGuest(page, markers)
}

async function asGuest(page, markers) {
  await page.locator('.hero__go').waitFor()
  assert.equal(await page.locator('.hero__go').innerText(), '开始答题', 'the attempt that was going on came back')
  // Home shows everybody the same stories; what is left are her ids and her questions.
  const everybody = await page.evaluate(() => fetch('/api/v1/home').then((r) => r.text()))
  assert.deepEqual(await residue(page, markers.filter((m) => !everybody.includes(m))), [])
}

/** freshly reloads the app at its present address. */
async function freshly({ page, markers }) {
  await page.goto('/')
  await page.reload()
  await page.locator('.story-row__facts').first().waitFor()
  await asGuest(page, markers)
}

/** coldStart opens the app again with whatever the phone still stores. */
async function coldStart(browser, { context, markers, server }, ids, endKey) {
  const stored = await context.storageState({ indexedDB: true })
  await Phone.use(browser, server, { name: 'cold', storageState: stored }, async (fresh) => {
    await fresh.home()
    await asGuest(fresh.page, markers)
    await fresh.page.locator('.tabs__one', { hasText: '我的' }).click()
    await fresh.page.getByText('不登录也能用').waitFor()
    assert.deepEqual(telltale(fresh.seen, ids, endKey), [])
  })
}

/**
 * freshStart: a reload, as after the phone was put away, neither opens the page again nor asks the server for it. Home
 * alone asks: for what everybody sees and, of a phone that remembers her, for what is due today.
 */
async function freshStart(browser, server, path) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: `fresh-${path}`, storageState: her.storageState }, async (phone) => {
    await phone.home()
    await reach(phone.page, path)
    const from = phone.seen.length
    await phone.page.reload()
    await phone.page.locator('.story-row__facts').first().waitFor()
    const asked = phone.seen.slice(from).map((r) => r.path).filter((p) => p.startsWith('/api/'))
    assert.deepEqual(asked.sort(), ['/api/v1/home', '/api/v1/me/reviews'])
  })
}

/** closedAtOnce: she touches 离开 and throws the page away in the same moment. */
async function closedAtOnce(browser, server, things) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: 'closed', storageState: her.storageState }, async (phone) => {
    await ready(phone, her, things)
    await reach(phone.page, 'read/story/story')
    assert.equal((await server.api('GET', '/me', { token: her.session.token })).status, 200)
    await touchLeave(phone.page)
    await phone.page.close()
    await until('the session to be dead', () => server.api('GET', '/me', { token: her.session.token }).then((a) => a.status === 401), slowly)
  })
}

/** backAndOut: Back takes the sheet and leaves the page where it is; the next one takes the page; 离开 may follow at once. */
async function backAndOut(browser, server, things) {
  const her = await somebody(server)
  const path = 'read/story/story'
  await Phone.use(browser, server, { name: 'sheet-back', storageState: her.storageState }, async (phone) => {
    const { page } = phone
    const sheet = page.locator('.sheet__card')
    const pressBack = () => page.evaluate(() => history.back())
    const opened = () => sheets[path](page).then(() => sheet.waitFor())
    await ready(phone, her, things)
    await reach(page, path)
    const [depth, stands] = [await page.evaluate(() => history.length), () => page.evaluate(() => [scrollY, location.hash, history.state.position, history.length])]
    await opened()
    const before = await stands()
    assert.equal(before[3], depth, 'a sheet stands in the history')
    for (let times = 0; times < 2; times++) {
      await pressBack()
      await sheet.waitFor({ state: 'detached' })
      await until('the entry to be back', async () => (await stands()).join() === before.join())
      await opened()
    }
    // From a page that was opened out of the sheet, Back leads to the sheet again, and the next one closes it.
    await page.locator('.sheet__foot .btn').click()
    await at(page, 'law/law/law')
    await page.locator('.law__facts').waitFor()
    await pressBack()
    await page.locator('.story__end').waitFor()
    await pressBack()
    await sheet.waitFor({ state: 'detached' })
    await pressBack()
    await page.locator('.hero__go').waitFor()
    await reach(page, path)
    await opened()
    await page.evaluate(() => {
      history.back()
      const click = () => document.querySelector('.dock__leave').click()
      window.addEventListener('popstate', () => setTimeout(click), { once: true })
    })
    await gone(page, phone.markers)
    await backAndForth(page, phone.markers)
    await freshly(phone)
  })
}

/** whileSigningIn: an answer that arrives after the exit must not bring a session to the phone. */
async function whileSigningIn(browser, server) {
  await Phone.use(browser, server, { name: 'signing-in' }, async ({ page, context, home, seen }) => {
    await page.goto('/')
    await page.locator('.tabs__one', { hasText: '我的' }).click()
    await page.locator('.me__card .btn').click()
    let answered
    const arrived = new Promise((done) => (answered = done))
    await context.route('**/api/v1/sessions', async (route) => {
      const answer = await route.fetch()
      await page.locator('.almanac').waitFor()
      await route.fulfill({ response: answer })
      answered(await answer.json())
    })
    await page.getByText('在这台手机上记住', { exact: true }).click()
    await tapLeave(page)
    const { token } = await arrived
    await painted(page)
    assert.deepEqual(await residue(page, [token]), [], 'a session was kept on the phone after the exit')
    assert.ok(!seen.some((r) => r.authorization), 'a request carried the session that was opened during the exit')
  })
}

/** unwiped: with storage and history that cannot be wiped, the same checks find what is left. */
async function unwiped(browser, server, things) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: 'unwiped', storageState: her.storageState }, async (phone) => {
    const { page } = phone
    await page.addInitScript(() => {
      Storage.prototype.clear = () => undefined
      Storage.prototype.removeItem = () => undefined
    })
    await ready(phone, her, things)
    await reach(page, 'read/story/story')
    await tapLeave(page)
    await page.locator('.almanac').waitFor()
    const found = await residue(page, phone.markers)
    assert.ok(found.some((f) => f.startsWith('localStorage') && f.includes(her.session.token)), 'the token left in storage was not found')
    await page.goto('/')
    await assert.rejects(asGuest(page, phone.markers))
  })
}

/** deadDock: where the touch never arrives, the veil, the page and her requests are found. */
async function deadDock(browser, server, things) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: 'dead-dock', storageState: her.storageState }, async (phone) => {
    const { page, seen } = phone
    await page.addInitScript(() => {
      for (const kind of ['mousedown', 'click', 'touchend', 'touchstart']) {
        document.addEventListener(kind, (e) => { if (e.target.closest?.('.dock__leave')) e.stopPropagation() }, { capture: true })
      }
    })
    await ready(phone, her, things)
    await reach(page, 'mine/mistakes/mistakes')
    const from = seen.length
    const veil = await tapLeave(page)
    assert.ok(veil.seen, 'the page that stayed was taken for a blank one')
    assert.ok((await residue(page, phone.markers)).some((f) => f.startsWith('dom')))
    await page.locator('.code__go').click()
    await until('her request', () => telltale(seen.slice(from), [her.session.token], her.session.endKey).length > 0)
    assert.equal((await server.api('GET', '/me', { token: her.session.token })).status, 200)
  })
}
