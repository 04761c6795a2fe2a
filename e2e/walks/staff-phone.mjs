// Whoever works here, on her phone: in by her own tap, a story that saves itself, what happens without a network and with two
// phones, a voice, and out with 离开. And a browser that is killed while she types.
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { Phone, launch } from '../lib/browser.mjs'
import { at, inside } from '../lib/app.mjs'
import { dockFaults } from '../lib/look.mjs'
import { residue } from '../lib/residue.mjs'
import { score } from '../lib/score.mjs'
import { until } from '../lib/until.mjs'

const { chromium } = createRequire(new URL('../../miniprogram/package.json', import.meta.url))('playwright-core')

const row = 'browser killed while a volunteer writes: longest text lost'
const microphone = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']

export async function staffPhone(t, { browser, server }) {
  await t.test('a story is told, mended, agreed to and handed in; nothing of it is on the phone', () => Phone.use(browser, server, { name: 'tells' }, (phone) => tells(phone, server)))
  await t.test('two phones: both texts, and she picks', () => Phone.use(browser, server, { name: 'two' }, (phone) => two(phone, browser, server)))
  await t.test('without a network the text is in the page, says so, and is saved later', () => Phone.use(browser, server, { name: 'alone' }, (phone) => alone(phone, server)))
  await t.test('a megabyte is refused at its box alone', () => Phone.use(browser, server, { name: 'long' }, (phone) => long(phone, server)))
  await t.test('离开 leaves nothing, and ends the session of staff', () => Phone.use(browser, server, { name: 'left' }, (phone) => left(phone, server)))
  await t.test('somebody else comes in by nothing, and may apply', () => Phone.use(browser, server, { name: 'new' }, (phone) => applies(phone)))
  await t.test('a resident says, as nobody, that she knows somebody in a story', () => Phone.use(browser, server, { name: 'known' }, (phone) => known(phone)))
  await t.test('a voice is recorded, heard and removed', () => voice(server))
  await t.test('a browser that is killed loses two seconds at most', () => killed(server))
}

const box = (page, n) => page.locator('.box textarea').nth(n)
const saved = (page) => page.locator('.write__saved', { hasText: '存好了' }).waitFor()

/** comeIn goes from home to her list, by the built-in WeChat. */
async function comeIn(phone, who = '志愿者') {
  const { page } = phone
  await phone.home()
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.locator('.line[role=link]', { hasText: '来帮忙' }).click()
  await page.locator('.demo .line', { hasText: who }).click()
}

/** begin opens a new story and says under which id. */
async function begin(phone) {
  const { page } = phone
  await page.locator('.screen__action .btn').waitFor()
  const asked = page.waitForRequest((r) => r.method() === 'POST' && r.url().endsWith('/me/drafts'))
  await page.locator('.screen__action .btn').click()
  await page.locator('.box').nth(3).waitFor()
  return JSON.parse((await asked).postData()).id
}

/** tokens are a resident's and staff's, opened beside the browser for what only the server knows. */
async function tokens(server, name = 'zhiyuan') {
  const { token } = (await server.api('POST', '/sessions', { body: { provider: 'wechat', code: `sandbox-${name}` } })).body
  return { resident: token, staff: (await server.api('POST', '/staff/sessions', { token })).body.token }
}

const stored = async (server, token, id) => (await server.api('GET', `/me/drafts/${id}`, { token })).body

async function tells(phone, server) {
  const { page } = phone
  await comeIn(phone)
  await at(page, 'pen/drafts/drafts')
  const id = await begin(phone)
  await page.locator('.write__title input').fill('腌菜缸')
  await box(page, 0).fill('腊月里，她在镇上摆摊。')
  await box(page, 1).fill('第二天她给妇联的 13847136025 打了电话')
  await page.locator('.box__mend', { hasText: '拿掉' }).click()
  await until('the number to be gone', async () => (await box(page, 1).inputValue()) === '第二天她给妇联的打了电话')
  await saved(page)
  await page.locator('.screen__action .btn').click()
  await page.getByText('先说一下：是编的，还是真事？').waitFor()
  await page.locator('.seg__one', { hasText: '真事' }).click()
  await saved(page)
  await page.locator('.screen__action .btn').click()
  await page.getByText('真事要先记下她本人同意了').waitFor()
  await page.locator('.write__consent .line').click()
  for (const word of ['昨天', '当面说的', '只用文字']) await page.locator('.chip', { hasText: word }).click()
  await page.locator('.sheet__foot .btn').click()
  await page.getByText('她本人同意了', { exact: true }).waitFor()
  assert.deepEqual(await dockFaults(page, true), [])
  await page.locator('.screen__action .btn').click()
  await page.locator('.drafts__card', { hasText: '腌菜缸' }).first().waitFor()
  const { staff } = await tokens(server)
  const now = await stored(server, staff, id)
  assert.deepEqual([now.stage, now.title, now.boxes[1].text, now.recorded], ['sent', '腌菜缸', '第二天她给妇联的打了电话', true])
  assert.deepEqual(await residueOf(page, ['腊月里']), [], 'her words are stored on the phone')
  await page.locator('.drafts__card', { hasText: '腌菜缸' }).first().click()
  await page.getByText('交上去以后不能改').waitFor()
  assert.equal(await page.locator('.screen__action .btn').count(), 0)
}

/** residueOf is what storage and addresses hold of the markers; the page itself shows them. */
async function residueOf(page, markers) {
  const found = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href, history.state, document.title]))
  return markers.filter((m) => found.includes(m))
}

async function two(phone, browser, server) {
  const { page } = phone
  await comeIn(phone)
  const id = await begin(phone)
  await box(page, 0).fill('这部手机写的')
  await saved(page)
  const { staff } = await tokens(server)
  const now = await stored(server, staff, id)
  const other = await fetch(`${server.url}/api/v1/me/drafts/${id}`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json', 'If-Match': `"${now.revision}"`, Authorization: `Bearer ${staff}` },
    body: JSON.stringify({ title: '', boxes: now.boxes.map((b, i) => ({ text: i === 0 ? '另一部手机写的' : b.text })) }),
  })
  assert.equal(other.status, 200)
  await box(page, 0).fill('这部手机又写了')
  await page.locator('.both__side').nth(1).waitFor()
  const sides = await page.locator('.both__words').allInnerTexts()
  assert.deepEqual(sides, ['这部手机又写了', '另一部手机写的'])
  assert.equal((await stored(server, staff, id)).boxes[0].text, '另一部手机写的', 'something was overwritten before she picked')
  await page.locator('.both__pick').first().click()
  await until('her side to be saved', async () => (await stored(server, staff, id)).boxes[0].text === '这部手机又写了')
}

async function alone(phone, server) {
  const { page } = phone
  await comeIn(phone)
  const id = await begin(phone)
  await box(page, 0).fill('有网的时候')
  await saved(page)
  await phone.context.setOffline(true)
  await box(page, 0).fill('没网的时候写的')
  await page.locator('.write__saved', { hasText: '没有网络' }).waitFor()
  assert.equal(await page.locator('.screen__action .btn').innerText(), '连上网再交')
  assert.deepEqual(await residueOf(page, ['没网的时候']), [])
  const { staff } = await tokens(server)
  assert.equal((await stored(server, staff, id)).boxes[0].text, '有网的时候')
  await phone.context.setOffline(false)
  await saved(page)
  assert.equal((await stored(server, staff, id)).boxes[0].text, '没网的时候写的')
}

async function long(phone, server) {
  const { page } = phone
  await comeIn(phone)
  const id = await begin(phone)
  await box(page, 0).fill('短的')
  await box(page, 1).evaluate((area, text) => {
    area.value = text
    area.dispatchEvent(new Event('input', { bubbles: true }))
  }, '长'.repeat(350_000))
  await page.getByText('这一框太长了：350000 个字').waitFor()
  const { staff } = await tokens(server)
  const now = await stored(server, staff, id)
  assert.deepEqual([now.boxes[0].text, now.boxes[1].text], ['短的', ''])
}

async function left(phone, server) {
  const { page } = phone
  await comeIn(phone)
  await begin(phone)
  await box(page, 0).fill('离开以前写的字')
  const answer = page.waitForResponse((r) => r.request().method() === 'PUT' && r.url().includes('/me/drafts/'))
  await saved(page)
  const token = (await (await answer).request().allHeaders()).authorization.slice('Bearer '.length)
  assert.equal((await server.api('GET', '/me/drafts', { token })).status, 200, 'control: the session is open')
  await page.locator('.dock__leave').tap()
  await page.locator('.almanac').waitFor()
  await until('the session of staff to be over', async () => (await server.api('GET', '/me/drafts', { token })).status === 401, 5_000)
  assert.deepEqual(await residue(page, ['离开以前写的字', token]), [])
  await page.goBack().catch(() => undefined)
  assert.equal(await page.locator('.box').count(), 0)
}

async function applies(phone) {
  const { page } = phone
  await comeIn(phone, '新来的人')
  await page.locator('.door__failure').waitFor()
  for (const path of inside) {
    await page.goto(`/#/${path}`)
    await page.reload()
    await page.locator('.hero__go').waitFor()
  }
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.locator('.line[role=link]', { hasText: '来帮忙' }).click()
  await page.locator('.line[role=link]', { hasText: '想来帮忙' }).click()
  await page.locator('.demo .line', { hasText: '新来的人' }).click()
  await page.locator('.join__why textarea').waitFor()
  assert.deepEqual(await dockFaults(page, true), [])
}

async function known(phone) {
  const { page } = phone
  await phone.home()
  await page.locator('.line[role=link]:has(.story-row__facts)').first().click()
  await page.locator('.known__row').click()
  await page.locator('.known__say').click()
  await page.getByText('没有记下是谁说的').waitFor()
  const said = phone.seen.filter((r) => r.path.endsWith('/reports'))
  assert.deepEqual(said.map((r) => [r.method, r.authorization, r.body]), [['POST', '', '']])
}

async function voice(server) {
  const ears = await launch({ args: ['--headless', '--no-sandbox', '--disable-gpu', ...microphone] })
  try {
    await Phone.use(ears, server, { name: 'voice', permissions: ['microphone'] }, async (phone) => {
      const { page } = phone
      await comeIn(phone)
      const id = await begin(phone)
      await page.locator('.box__tool').first().click()
      await page.locator('.box__tool', { hasText: '在听 0:01' }).waitFor()
      await page.locator('.box__tool').first().click()
      await page.locator('.voice__play').waitFor()
      const { staff } = await tokens(server)
      const [one] = (await stored(server, staff, id)).boxes[0].voices
      assert.match(one.type, /^audio\//)
      await page.locator('.voice__play').click()
      await page.locator('.voice__play[aria-label=停下]').waitFor()
      await page.waitForTimeout(300)
      assert.equal(await page.getByText('放不出来').count(), 0)
      await page.locator('.voice__drop').click()
      await page.locator('.voice__play').waitFor({ state: 'detached' })
      assert.deepEqual((await stored(server, staff, id)).boxes[0].voices, [])
    })
  } finally {
    await ears.close()
  }
}

/** rounds is how often a browser is killed: five times in CI, fifty times by `PGY_SOAK=1 PGY_WALKS=staff-phone make e2e`. */
const rounds = process.env.PGY_SOAK ? 50 : 5
const phrase = '她在镇上摆摊那天风很大对面修鞋的老人看见了后来她去问了妇联的人人家说先把东西收好再慢慢讲'

async function killed(server) {
  const { staff } = await tokens(server)
  let worst = 0
  for (let n = 0; n < rounds; n++) worst = Math.max(worst, await kill(server, staff, n))
  console.log(`# killed ${rounds} times: ${worst.toFixed(2)} s of typing lost at most`)
  score('staff-phone', row, `${worst.toFixed(2)} s of ${rounds} kills`, worst <= 2, 'a text whose save is held back is lost for as long as it is held (the last round of the walk)')
  assert.ok(worst <= 2, `${worst.toFixed(2)} s of typing were lost`)
  const control = await kill(server, staff, 30, true)
  assert.ok(control > 2, `control: with every save held back only ${control.toFixed(2)} s were lost`)
}

/** kill types until a moment drawn at random, kills the browser, and says how many seconds of typing the server does not have. */
async function kill(server, staff, n, stopped = false) {
  const host = await chromium.launchServer({ executablePath: '/usr/bin/chromium', args: ['--headless', '--no-sandbox', '--disable-gpu'] })
  const browser = await chromium.connect(host.wsEndpoint())
  const context = await browser.newContext({ baseURL: server.url, viewport: { width: 375, height: 812 }, isMobile: true, hasTouch: true, locale: 'zh-CN', serviceWorkers: 'block' })
  const phone = { page: await context.newPage(), home: Phone.prototype.home }
  await comeIn(phone)
  const id = await begin(phone)
  await box(phone.page, 0).click()
  if (stopped) await phone.page.route('**/me/drafts/**', () => new Promise(() => {}))
  const typed = []
  const end = Date.now() + 1_500 + Math.random() * 4_000 + (stopped ? 2_500 : 0)
  for (let i = 0; Date.now() < end; i++) {
    await phone.page.keyboard.insertText(phrase[i % phrase.length])
    typed.push(Date.now())
    await new Promise((later) => setTimeout(later, 30 + Math.random() * 120))
  }
  const at = Date.now()
  host.process().kill('SIGKILL')
  await browser.close().catch(() => undefined)
  const there = (await until(`story ${n} to be read`, () => stored(server, staff, id))).boxes[0].text.length
  // Somebody may have fifty stories open and no more.
  assert.equal((await server.api('DELETE', `/me/drafts/${id}`, { token: staff })).status, 204)
  return there >= typed.length ? 0 : (at - typed[there]) / 1000
}
