// Rows of the list of texts that are chosen: by keys alone, without a script, and what cannot be done said at its row.
import assert from 'node:assert/strict'
import { Desk, session } from '../../lib/desk.mjs'

export async function steps(t, { browser, server }) {
  await t.test('rows are chosen by keys, and what is done is looked at first', () => Desk.use(browser, server, { login: 'fabu' }, byKeys))
  await t.test('rows are chosen without a script', () => bare(browser, server))
  await t.test('a day that is none is said at its field, on a tablet too', () => Desk.use(browser, server, { login: 'fabu', size: 'tablet' }, day))
}

async function byKeys(desk) {
  const { page } = desk
  await desk.open('/texts?tab=live')
  assert.equal(await page.locator('.picked').isVisible(), false, 'acts are offered before anything is chosen')
  for (const key of ['j', 'x', 'j', 'j', 'x']) await page.keyboard.press(key)
  assert.equal(await page.locator('input[name=id]:checked').count(), 2)
  assert.match(await page.locator('.picked').innerText(), /选了 2 件/)
  assert.equal(await page.locator('button[data-act=assign]').isVisible(), false, 'a review is to be given of what waits for none')
  assert.deepEqual(await desk.looks(), [])
  await page.keyboard.press('x')
  assert.match(await page.locator('.picked').innerText(), /选了 1 件/)
  await page.locator('[data-all]').check()
  const all = await page.locator('input[name=id]').count()
  assert.match(await page.locator('.picked').innerText(), new RegExp(`选了 ${all} 件`))
  await page.locator('button[data-act=down]').focus()
  await page.keyboard.press('Enter')
  await page.locator('h1', { hasText: '撤下这几件' }).waitFor()
  assert.equal(await page.locator('input[name=piece]').count(), all)
  assert.deepEqual(await desk.looks(), [])
  await page.goBack()
  assert.equal(await page.locator('tbody tr').count(), all, 'looking took something down')
}

/** bare is a browser that runs no script: what is chosen goes along by the form alone. */
async function bare(browser, server) {
  const context = await browser.newContext({ baseURL: server.url, javaScriptEnabled: false, viewport: { width: 1280, height: 800 }, locale: 'zh-CN' })
  try {
    await context.addCookies(await session(server, 'fabu'))
    const page = await context.newPage()
    await page.goto('/console/texts?tab=live')
    await page.locator('input[name=id]').first().check()
    await page.locator('button[value=recheck]').click()
    assert.match(await page.innerText('main'), /选了 1 件[\s\S]*看过了，定这一天/)
    await page.locator('#f-when').fill(new Date(Date.now() + 100 * 86400_000).toISOString().slice(0, 10))
    await page.locator('aside button').click()
    assert.match(await page.innerText('.said'), /1 件都定了/)
  } finally {
    await context.close()
  }
}

async function day(desk) {
  const { page } = desk
  await desk.open('/texts?tab=live')
  await page.locator('input[name=id]').first().check()
  assert.deepEqual(await desk.small(), [])
  await page.locator('button[data-act=recheck]').click()
  await page.locator('aside button.bt').click()
  await page.locator('#f-when-fault').waitFor()
  assert.deepEqual([...(await desk.looks()), ...(await desk.small())], [])
}
