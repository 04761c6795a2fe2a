// Colours follow the phone, and text can be read by day and by night.
import assert from 'node:assert/strict'
import { Phone } from '../lib/browser.mjs'
import { inside, pages, reach, somebody } from '../lib/app.mjs'
import { brightness, pale } from '../lib/look.mjs'

export async function colours(t, { browser, server }) {
  for (const { path } of pages.filter((p) => !inside.includes(p.path))) await t.test(path, () => readable(browser, server, path))
  await t.test('pale text is noticed', () => Phone.use(browser, server, { name: 'pale' }, async (phone) => {
    await phone.home()
    await phone.page.addStyleTag({ content: '.t-note{color:#aaa !important}' })
    assert.ok((await pale(phone.page)).length > 0)
  }))
}

async function readable(browser, server, path) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: `${path}-colours`, storageState: her.storageState }, async (phone) => {
    const { page } = phone
    await phone.home()
    if (path === 'pages/almanac/almanac') {
      await page.locator('.dock__leave').tap()
      await page.locator('.almanac').waitFor()
    } else await reach(page, path)
    const faults = []
    const bright = {}
    for (const scheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme: scheme })
      bright[scheme] = await brightness(page)
      faults.push(...(await pale(page)).map((f) => `${scheme}: ${f}`))
    }
    assert.ok(bright.light > 200 && bright.dark < 60, `paper is ${bright.light} by day and ${bright.dark} by night`)
    assert.deepEqual(faults, [])
  })
}
