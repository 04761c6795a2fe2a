// Without network: help opens, and what was answered meanwhile counts once.
import assert from 'node:assert/strict'
import { Phone } from '../lib/browser.mjs'
import { answerAll } from '../lib/app.mjs'
import { dockFaults } from '../lib/look.mjs'

export async function offline(t, { browser, server }) {
  await t.test('help opens without network, 110 and 120 first', () => Phone.use(browser, server, { name: 'offline-help' }, async (phone) => {
    await phone.home()
    await phone.context.setOffline(true)
    await phone.page.locator('.dock__phone').click()
    await phone.page.locator('.call').nth(1).waitFor()
    assert.deepEqual(await phone.page.locator('.call__number').allInnerTexts(), ['110', '120'])
    const first = await phone.page.locator('.screen__body').innerText()
    assert.ok(!/\d{3,}/.test(first.slice(0, first.indexOf('110'))), 'a number stands before 110')
    await phone.page.getByText('没有网络').waitFor()
  }))
  for (const fails of [true, false]) {
    await t.test(`a page that ${fails ? 'did not come' : 'is still on the way'} has the dock and the way back`, () => Phone.use(browser, server, { name: 'away' }, (phone) => away(phone, fails)))
  }
  await t.test('answers given offline are sent later and counted once', () => Phone.use(browser, server, { name: 'offline-answers' }, (phone) => sentLater(phone, server)))
  await t.test('a submission whose answer was lost is counted once', () => Phone.use(browser, server, { name: 'lost-answer' }, (phone) => answerLost(phone, server)))
}

/** away opens a page whose piece of the app is lost or slow. */
async function away(phone, fails) {
  const { page } = phone
  const late = []
  const piece = /assets\/quiz-topic-topic\..*\.js$/
  await page.route(piece, (route) => (fails ? route.abort('connectionreset') : late.push(route)))
  await phone.home()
  await page.locator('.chip').first().click()
  await page.locator('.away').waitFor()
  if (fails) await page.getByText('没有网络').waitFor()
  assert.deepEqual(await dockFaults(page, true), [])
  await page.locator('.away__back').click()
  await page.locator('.hero__go').waitFor()
  if (fails) await page.unroute(piece)
  await page.locator('.chip').first().click()
  await page.locator(fails ? '.topic__summary' : '.away').waitFor()
  await page.locator('.dock__leave').tap()
  await page.locator('.almanac').waitFor()
  await Promise.all(late.map((route) => route.abort()))
}

const submissions = (seen) => seen.filter((r) => r.path.endsWith('/submission'))

async function start({ page, home }) {
  await page.goto('/')
  await page.locator('.hero__go').click()
  await page.locator('.attempt__stem').waitFor()
}

/** counted asserts one more ledger line, in its total. */
async function counted(server, before) {
  const now = await server.counted(before.lines + 1)
  assert.equal(now.lines, before.lines + 1)
  assert.equal(now.differences, 0)
}

async function sentLater(phone, server) {
  const { page, context, seen } = phone
  await start(phone)
  const before = await server.ledger()
  await context.setOffline(true)
  await answerAll(page)
  await page.locator('.attempt__waiting').waitFor()
  const tried = submissions(seen).length
  assert.equal((await server.ledger()).lines, before.lines, 'something was counted without network')
  await context.setOffline(false)
  await page.locator('.score').waitFor()
  assert.equal(submissions(seen).length, tried + 1, 'it was not sent exactly once')
  const sent = JSON.parse(submissions(seen).at(-1).body).answers
  assert.equal(Object.values(sent).filter((o) => o.length > 0).length, 5, 'an answer was lost')
  await counted(server, before)
}

async function answerLost(phone, server) {
  const { page, context } = phone
  await start(phone)
  const before = await server.ledger()
  let lost
  await context.route('**/submission', async (route) => {
    lost = await (await route.fetch()).json()
    await route.abort('connectionreset')
  })
  await answerAll(page)
  await page.locator('.attempt__waiting').waitFor()
  await context.unroute('**/submission')
  const again = page.waitForResponse((r) => r.url().endsWith('/submission'))
  await page.locator('.screen__action .btn', { hasText: '再交一次' }).click()
  assert.deepEqual(await (await again).json(), lost)
  await page.locator('.score').waitFor()
  await counted(server, before)
}
