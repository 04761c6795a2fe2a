// The touch of 离开 itself: what a finger, a mouse and a keyboard do to it, and how soon nothing can be seen.
import assert from 'node:assert/strict'
import { Phone } from '../lib/browser.mjs'
import { at, docked, reach, shown, somebody } from '../lib/app.mjs'
import { covered } from '../lib/residue.mjs'
import { score } from '../lib/score.mjs'
import { until } from '../lib/until.mjs'

const row = 'quick exit: blank from the touch, worst of 20 at CPU ÷ 6'
const desktop = { isMobile: false, hasTouch: false, viewport: { width: 1280, height: 800 } }

export async function leaving(t, { browser, server }) {
  const caught = (name, path, walk, options) => t.test(name, () => remembered(browser, server, path, walk, options))
  await t.test('blank within 100 ms of the touch on a slow phone, 20 pages', () => soon(browser, server))
  await caught('a scroll that begins on 离开 scrolls and leaves nothing behind', 'read/story/story', scroll)
  await caught('an accident undone within the touch costs no answer', 'quiz/attempt/attempt', undone)
  await caught('a finger that trembles, and one the phone takes away, leave', 'read/story/story', trembles)
  await caught('a right click does not leave, a click does, one let go elsewhere not', 'read/story/story', clicked, desktop)
  await caught('Esc three times leaves, also out of a field', 'read/search/search', escaped, desktop)
  for (const path of ['read/story/story', 'pages/home/home', 'pages/help/help']) {
    await caught(`the first Tab on ${path} stands on 离开, which says the keys`, path, (phone) => tabbed(phone, path), desktop)
  }
}

/** remembered brings somebody whom this phone remembers to a page; `lives` says whether her session does. */
async function remembered(browser, server, path, walk, options = {}) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: `leaving-${path}`, storageState: her.storageState, ...options }, async (phone) => {
    await phone.home()
    await reach(phone.page, path)
    phone.finger = await fingerOn(phone)
    phone.lives = async () => (await server.api('GET', '/me', { token: her.session.token })).status === 200
    await walk(phone)
  })
}

/** fingerOn gives a finger above 离开: down, by (px from there), up, cancel. */
async function fingerOn({ context, page }) {
  const box = await until('离开', () => page.locator('.dock__leave').boundingBox())
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const devtools = await context.newCDPSession(page)
  const send = (type, touchPoints) => devtools.send('Input.dispatchTouchEvent', { type, touchPoints })
  return {
    x,
    y,
    down: () => send('touchStart', [{ x, y }]),
    by: (dx, dy) => send('touchMove', [{ x: x + dx, y: y + dy }]),
    up: () => send('touchEnd', []),
    cancel: () => send('touchCancel', []),
    slow: (rate) => devtools.send('Emulation.setCPUThrottlingRate', { rate }),
  }
}

const gone = async (page) => {
  await at(page, 'pages/almanac/almanac')
  await page.waitForFunction(() => !document.documentElement.hasAttribute('data-blank'))
}

/** stays asserts that nothing happened to the page or to her. */
async function stays(phone, path, from) {
  const { page, seen, lives } = phone
  await until('the page to be shown again', async () => !(await page.evaluate(covered)))
  await page.waitForTimeout(300)
  await shown(page, path)
  assert.ok(!seen.slice(from).some((r) => r.path.endsWith('/sessions/end')), 'her session was ended')
  assert.ok(await page.evaluate(() => localStorage.getItem('token') !== null), 'the phone no longer remembers her')
  assert.ok(await lives(), 'her session is dead')
}

const left = async ({ page, lives }) => {
  await gone(page)
  await until('the session to be dead', async () => !(await lives()))
}

/** plain says whether a picture of the page is of one colour. */
async function plain({ context, page }) {
  const picture = (await page.screenshot()).toString('base64')
  const table = await context.newPage()
  const colours = await table.evaluate(async (data) => {
    const image = new Image()
    image.src = `data:image/png;base64,${data}`
    await image.decode()
    const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d')
    canvas.drawImage(image, 0, 0)
    return new Set(new Uint32Array(canvas.getImageData(0, 0, image.width, image.height).data.buffer)).size
  }, picture)
  await table.close()
  await page.bringToFront()
  return colours === 1
}

async function scroll(phone) {
  const { page, seen, finger } = phone
  const from = seen.length
  assert.equal(await plain(phone), false, 'the page is taken for a blank one')
  await finger.down()
  assert.equal(await plain(phone), true, 'something can be seen under the finger')
  for (let dy = -4; dy >= -240; dy -= 8) await finger.by(0, dy)
  await finger.up()
  await until('the page to have scrolled', () => page.evaluate(() => scrollY > 60))
  await stays(phone, 'read/story/story', from)
}

async function undone(phone) {
  const { page, seen, finger } = phone
  await page.locator('.option').nth(1).click()
  const chosen = () => page.locator('.option').evaluateAll((all) => all.map((o) => o.getAttribute('aria-checked')))
  const [stem, before, from] = [await page.locator('.attempt__stem').innerText(), await chosen(), seen.length]
  assert.equal(before[1], 'true')
  await finger.down()
  await finger.by(5, 9)
  assert.equal(await page.evaluate(covered), true)
  await finger.by(9, 9)
  await finger.up()
  await stays(phone, 'quiz/attempt/attempt', from)
  assert.deepEqual([await page.locator('.attempt__stem').innerText(), await chosen()], [stem, before])
  await finger.down()
  await finger.up()
  await left(phone)
}

async function trembles(phone) {
  await phone.finger.down()
  for (const [dx, dy] of [[3, 2], [-6, 5], [8, -8], [2, 1]]) await phone.finger.by(dx, dy)
  await phone.finger.up()
  await left(phone)
  await phone.page.goto('/')
  await phone.page.locator('.story-row__facts').first().waitFor()
  const again = await fingerOn(phone)
  await again.down()
  await again.cancel()
  await gone(phone.page)
}

async function clicked(phone) {
  const { page, seen, finger: { x, y } } = phone
  const from = seen.length
  await page.mouse.click(x, y, { button: 'right' })
  await stays(phone, 'read/story/story', from)
  await page.mouse.move(x, y)
  await page.mouse.down()
  assert.equal(await page.evaluate(covered), true)
  await page.mouse.move(x - 20, y)
  await page.mouse.up()
  await stays(phone, 'read/story/story', from)
  await page.mouse.click(x, y)
  await left(phone)
}

async function escaped(phone) {
  const { page, seen } = phone
  const from = seen.length
  const field = page.locator('.search__field input')
  await field.focus()
  for (const key of ['Escape', 'Escape', 'a']) await page.keyboard.press(key)
  await stays(phone, 'read/search/search', from)
  await page.waitForTimeout(3000)
  for (let times = 0; times < 3; times++) await page.keyboard.press('Escape')
  await left(phone)
}

async function tabbed(phone, path) {
  const { page } = phone
  await page.evaluate(() => document.activeElement?.blur())
  await page.mouse.click(2, 2)
  await page.reload()
  await page.locator('.story-row__facts').first().waitFor()
  await reach(page, path)
  await page.evaluate(() => getSelection().collapse(document.body, 0))
  await page.keyboard.press('Tab')
  assert.equal(await page.evaluate(() => document.activeElement.className), 'dock__leave')
  assert.match(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), /Esc/)
  assert.ok(await page.locator('.dock__keys').isVisible(), 'the keys are not said on the page')
  await page.keyboard.press('Enter')
  await left(phone)
}

/** soon measures, on 20 pages, from the finger to the frame in which nothing can be seen, as the browser itself times events. */
async function soon(browser, server) {
  const pages = docked.slice(0, 20).map((p) => p.path)
  assert.equal(pages.length, 20)
  const times = []
  for (const path of pages) times.push(await blankAfter(browser, server, path))
  times.sort((a, b) => a - b)
  const [median, worst] = [times[9], times.at(-1)]
  const slowed = await blankAfter(browser, server, 'read/story/story', 150)
  console.log(`from the finger to the blank, CPU ÷ 6, 20 pages: median ${median}, worst ${worst} ms; with 150 ms of work in the way: ${slowed} ms`)
  assert.ok(slowed > 100, 'a slow blank is not noticed')
  score('leaving', row, `${worst} ms (median ${median})`, worst <= 100, `150 ms of work in the touch's way were measured as ${slowed} ms`)
  // The scoreboard wants all of them; a machine busy with other work may delay a few.
  assert.ok(times[17] <= 100, `${times} ms`)
}

/**
 * A machine busy with other work delays every touch. So a measurement counts only where, just before it, a touch that does
 * nothing was drawn within this time, and where this process was not held up meanwhile; neither looks at the result.
 */
const calm = { touch: 48, delay: 15, tries: 4 }

/** blankAfter gives, for one page, the ms from the finger to the blank frame; `work` puts so many ms in the touch's way. */
async function blankAfter(browser, server, path, work = 0) {
  for (let left = calm.tries; ; left--) {
    const her = await somebody(server)
    const { idle, ms, delay } = await Phone.use(browser, server, { name: `soon-${path}`, storageState: her.storageState }, async (phone) => {
      await phone.home()
      await reach(phone.page, path)
      return timed(phone, work)
    })
    if (left === 1 || (idle <= calm.touch && delay <= calm.delay)) return ms
  }
}

async function timed(phone, work) {
  const { page } = phone
  const finger = await fingerOn(phone)
  await finger.slow(6)
  await page.evaluate(() => {
    window.drawn = []
    new PerformanceObserver((list) => window.drawn.push(...list.getEntries().filter((e) => e.name === 'touchstart').map((e) => e.duration))).observe({ type: 'event', durationThreshold: 16 })
    const heard = (touch) => requestAnimationFrame(() => window.drawn.push(performance.now() - touch.timeStamp))
    window.addEventListener('touchstart', heard, { capture: true, passive: true })
  })
  const title = await page.locator('.screen__title').boundingBox()
  const idle = await touched(page, { x: title.x + 4, y: title.y + 4 })
  if (work) await page.evaluate((ms) => window.addEventListener('touchstart', () => { for (const end = performance.now() + ms; performance.now() < end;); }), work)
  const lag = watchLag()
  const ms = await touched(page, finger)
  return { idle, ms, delay: lag() }
}

/** touched taps and gives the ms until the next frame: as the page sees it begin, or as the browser times the event, whichever is longer. */
async function touched(page, { x, y }) {
  await page.evaluate(() => { window.drawn.length = 0 })
  await page.touchscreen.tap(x, y)
  await page.waitForTimeout(400)
  await page.waitForFunction(() => window.drawn.length > 0)
  return Math.round(await page.evaluate(() => Math.max(...window.drawn)))
}

/** watchLag gives, when called, the longest this process was held up since. */
function watchLag() {
  let [last, worst] = [performance.now(), 0]
  const beat = setInterval(() => {
    const now = performance.now()
    worst = Math.max(worst, now - last - 5)
    last = now
  }, 5)
  return () => (clearInterval(beat), worst)
}
