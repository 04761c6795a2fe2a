// An attempt that was interrupted, and one that is handed in twice.
import assert from 'node:assert/strict'
import { Phone } from '../lib/browser.mjs'
import { somebody } from '../lib/app.mjs'
import { until } from '../lib/until.mjs'

export async function attempts(t, { browser, server }) {
  await t.test('is forgotten by a fresh start when nothing is remembered', () => Phone.use(browser, server, { name: 'forgotten' }, async ({ page }) => {
    const stem = await begun(page)
    await page.reload()
    await page.locator('.hero__go').waitFor()
    assert.equal(await page.locator('.hero__go').innerText(), '开始答题')
    assert.equal(await page.evaluate(() => localStorage.length + sessionStorage.length), 0)
    assert.ok(stem)
  }))
  const { lines } = await server.ledger()
  const her = await somebody(server)
  await server.counted(lines + 1)
  await t.test('goes on after a fresh start when she chose to be remembered', () => Phone.use(browser, server, { name: 'remembered', storageState: her.storageState }, async ({ page }) => {
    const stem = await begun(page)
    await page.reload()
    await page.locator('.hero__go', { hasText: '接着答题' }).click()
    await page.locator('.attempt__stem').waitFor()
    assert.notEqual(await page.locator('.attempt__stem').innerText(), stem, 'the question answered before is asked again')
    await page.locator('.attempt__back').click()
    assert.equal(await page.locator('.attempt__stem').innerText(), stem)
    assert.equal(await page.locator('.option[aria-checked=true]').count(), 1)
  }))
  await t.test('handed in from two tabs has one result', () => Phone.use(browser, server, { name: 'two-tabs', storageState: her.storageState }, (phone) => twoTabs(phone, server)))
}

/** begun starts the daily five and answers the first question. */
async function begun(page) {
  await page.goto('/')
  await page.locator('.hero__go').click()
  await page.locator('.attempt__stem').waitFor()
  const stem = await page.locator('.attempt__stem').innerText()
  await page.locator('.option').first().click()
  await page.locator('.screen__action .btn').click()
  await until('the next question', async () => (await page.locator('.attempt__stem').innerText()) !== stem)
  return stem
}

async function untilLast(page, stop) {
  while ((await page.locator('.screen__action .btn').innerText()) !== '交上去') {
    const stem = await page.locator('.attempt__stem').innerText()
    await page.locator('.option').nth(stop).click()
    await page.locator('.screen__action .btn').click()
    await page.waitForFunction((old) => document.querySelector('.attempt__stem')?.textContent !== old, stem)
  }
  await page.locator('.option').nth(stop).click()
}

async function twoTabs({ page, context }, server) {
  await begun(page)
  await untilLast(page, 0)
  const other = await context.newPage()
  await other.goto('/')
  await other.locator('.hero__go', { hasText: '接着答题' }).click()
  await other.locator('.attempt__stem').waitFor()
  await untilLast(other, 1)
  const before = await server.ledger()
  const answers = [page, other].map((tab) => tab.waitForResponse((r) => r.url().endsWith('/submission')))
  await Promise.all([page, other].map((tab) => tab.locator('.screen__action .btn').click()))
  const [one, two] = await Promise.all(answers.map(async (a) => (await a).json()))
  assert.deepEqual(one, two)
  const scores = await Promise.all([page, other].map((tab) => tab.locator('.score__number').innerText()))
  assert.equal(scores[0], scores[1])
  assert.equal((await server.counted(before.lines + 1)).lines, before.lines + 1)
}
