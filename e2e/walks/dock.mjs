// The dock can be reached on every page, and nothing on a page is cut, at the usual size and on a small phone with the
// largest text.
import assert from 'node:assert/strict'
import { Phone, sizes } from '../lib/browser.mjs'
import { docked, reach, sheets, somebody } from '../lib/app.mjs'
import { dockFaults, layoutFaults } from '../lib/look.mjs'

export async function dock(t, { browser, server }) {
  for (const [name, viewport] of Object.entries(sizes)) {
    for (const { path } of docked) {
      await t.test(`${path} at ${viewport.width} × ${viewport.height}`, () => looked(browser, server, path, { name, viewport }))
    }
  }
  await t.test('a covered dock and cut text are noticed', () => Phone.use(browser, server, { name: 'covered' }, async (phone) => {
    await phone.home()
    await phone.page.addStyleTag({ content: '.screen::after{content:"";position:fixed;inset:auto 0 0 0;height:200px;z-index:999}.hero__title{width:40px;height:20px;overflow:hidden;white-space:nowrap}.hero__when{position:relative;left:300px}' })
    assert.ok((await dockFaults(phone.page, true)).length >= 2)
    const faults = await layoutFaults(phone.page, false)
    for (const word of ['is cut', 'leaves the screen']) assert.ok(faults.some((f) => f.includes(word)), `${word}: ${faults}`)
  }))
}

async function looked(browser, server, path, { name, viewport }) {
  const her = await somebody(server)
  const small = name === 'small'
  const storage = her.storageState.origins[0].localStorage
  if (small) storage.push({ name: 'fontsize', value: JSON.stringify({ type: 'string', data: 'largest' }) })
  await Phone.use(browser, server, { name: `${path}-${name}`, viewport, storageState: her.storageState }, async (phone) => {
    const { page } = phone
    await phone.home()
    if (small) assert.equal(await page.locator('.screen').evaluate((e) => e.style.getPropertyValue('--k')), '1.5')
    await reach(page, path)
    const phoneToo = path !== 'pages/help/help'
    const faults = []
    const look = async (where, atEnd) => {
      const found = [...(await dockFaults(page, phoneToo)), ...(await layoutFaults(page, atEnd))]
      faults.push(...found.map((f) => `${where}: ${f}`))
    }
    await look('top', false)
    await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
    await look('bottom', true)
    if (sheets[path]) {
      await page.evaluate(() => window.scrollTo(0, 0))
      await sheets[path](page)
      await page.locator('.sheet__card').waitFor()
      faults.push(...(await dockFaults(page, phoneToo)).map((f) => `sheet: ${f}`))
    }
    assert.deepEqual(faults, [])
  })
}
