// A scanned code: what is done after it counts for its region and its project.
import assert from 'node:assert/strict'
import { Phone } from '../lib/browser.mjs'
import { answerAll, openStory } from '../lib/app.mjs'

const project = { scene: '152221~demo2', id: 'demo2', logo: '演示旗妇女联合会' }

export async function scene(t, { browser, server }) {
  await t.test('a attempt after a scan is counted for its project, one without is not', async () => {
    const first = await server.ledger()
    await sit(browser, server, '/')
    const before = await server.counted(first.lines + 1)
    await sit(browser, server, `/?scene=${encodeURIComponent(project.scene)}`, project)
    const scanned = await server.counted(before.lines + 1)
    assert.equal(scanned.totals, before.totals + 1, 'the attempt has no total of its own')
    await sit(browser, server, `/?scene=${encodeURIComponent(project.scene)}`, project)
    const again = await server.counted(scanned.lines + 1)
    assert.equal(again.totals, scanned.totals, 'the second attempt was not counted with the first')
    await sit(browser, server, '/')
    const plain = await server.counted(again.lines + 1)
    assert.equal(plain.totals, again.totals, 'a attempt without a scan was counted elsewhere')
    assert.equal(plain.differences, 0)
  })
  await t.test('a story is counted once it was read to its end, not before', () => Phone.use(browser, server, { name: 'reading' }, (phone) => read(phone, server)))
}

async function sit(browser, server, address, project) {
  await Phone.use(browser, server, { name: 'scene' }, async ({ page, seen }) => {
    await page.goto(address)
    await page.locator('.story-row__facts').first().waitFor()
    assert.equal(new URL(page.url()).search, '', 'the scene stays in the address')
    if (project) await page.getByText(project.logo).waitFor()
    await page.locator('.hero__go').click()
    await page.locator('.attempt__stem').waitFor()
    const drawn = seen.find((r) => r.path.endsWith('/me/daily'))
    assert.equal(JSON.parse(drawn.body).scene, project?.scene)
    await answerAll(page)
    await page.locator('.score').waitFor()
  })
}

async function read({ page, seen }, server) {
  const completions = () => seen.filter((r) => r.path.endsWith('/readings'))
  await page.clock.install()
  await page.goto(`/?scene=${encodeURIComponent(project.scene)}`)
  await page.locator('.story-row__facts').first().waitFor()
  await openStory(page)
  const before = await server.ledger()
  await page.clock.fastForward(20_000)
  assert.equal(completions().length, 0, 'a story not scrolled to its end was counted')
  const counted = page.waitForResponse((r) => r.url().endsWith('/readings'))
  await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight))
  await page.clock.fastForward(1000)
  assert.equal((await counted).status(), 204)
  assert.equal(completions().length, 1)
  assert.deepEqual(JSON.parse(completions()[0].body), { scene: project.scene })
  assert.equal(completions()[0].authorization, '')
  assert.equal((await server.counted(before.lines + 1)).lines, before.lines + 1)
}
