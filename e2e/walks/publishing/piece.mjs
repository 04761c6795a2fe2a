// What happens to one piece besides its three reviews: an outside lawyer is asked about it, and what is live is corrected
// while residents go on reading it.
import assert from 'node:assert/strict'
import { Desk } from '../../lib/desk.mjs'
import { passed, released, resident, seated, stored } from '../../lib/editorial.mjs'
import { until } from '../../lib/until.mjs'

/** tomorrow is a day of the banner's calendar, so many days from now. */
const tomorrow = (days = 1) => new Date(Date.now() + days * 86_400_000).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' })

/** answered asks a lawyer about the version that waits; she answers without an account, once. */
export async function answered(browser, server, id) {
  const { address, code } = await seated(browser, server, 'yishen', (desk) => asked(desk, id))
  const [path, token] = address.replace(/^https?:\/\/[^/]+/, '').split('#')
  for (const size of ['desk', 'tablet']) {
    await Desk.use(browser, server, { size }, async ({ page, ...desk }) => {
      await page.goto(`${path}#${token}`)
      assert.equal(await page.inputValue('[name=token]'), token)
      await page.fill('[name=code]', code)
      await page.click('button:has-text("打开")')
      if (size === 'tablet') return void await page.getByText('这个链接用不了了').waitFor() // it was answered at the desk
      await page.locator('.opinion', { hasText: '小云' }).waitFor()
      await page.fill('[name=words]', '第十三条第一款引得对。')
      await page.click('button[value=yes]')
      await page.getByText('收到了，谢谢你').waitFor()
      assert.ok(desk.seen.every((r) => !r.url.includes(token)), 'the token stood in an address')
    })
  }
  await seated(browser, server, 'yishen', async (desk) => {
    await desk.open(`/lawyers/${id}/2`)
    assert.match(await desk.page.innerText('main'), /答了：对/)
    await desk.open(`/review/${id}/2?look=history`)
    assert.match(await desk.page.innerText('main'), /第十三条第一款引得对/)
  })
}

async function asked(desk, id) {
  const { page } = desk
  await desk.open(`/texts/${id}`)
  await page.click('a:has-text("请律师看")')
  await page.fill('[name=name]', '敕勒川律师事务所')
  await page.fill('[name=until]', tomorrow())
  await page.click('button:has-text("做一个链接")')
  await page.locator('#made').waitFor()
  assert.deepEqual(await desk.looks(), [])
  return { address: await page.innerText('.facts code'), code: await page.innerText('.facts b') }
}

/** corrected writes beside what is live; residents read the old words until three people passed the new ones and they are shown. */
export async function corrected(browser, server, id, title) {
  const slug = (await server.api('GET', '/explainers?limit=50')).body.items.find((e) => e.title === title).slug
  const live = () => server.api('GET', `/explainers/${slug}`).then((a) => a.body.body)
  const before = await live()
  await seated(browser, server, 'zhiyuan', async (desk) => {
    const { page } = desk
    await desk.open(`/write/${id}`)
    const rev = Number(await page.inputValue('#saved input[name=rev]'))
    await page.fill('#f-part2', '她当天就把看到的记下来，第二天去了苏木妇联。')
    await stored(page, rev + 1)
    assert.deepEqual(await desk.looks(), [])
    assert.equal(await live(), before)
    await page.click('button:has-text("交上去审")')
    await page.locator('main', { hasText: '交上去了' }).waitFor()
    await desk.open('/write')
    assert.match(await page.innerText(`tr:has-text("${title}")`), /线上的是旧的一版/)
  })
  await passed(browser, server, title, /当天就/)
  assert.equal(await live(), before)
  await released(browser, server, id, title)
  await until('residents to read the new words', async () => (await live()).includes('当天就'))
  await resident(browser, server, title, async (page) => assert.match(await page.locator('.story__body').innerText(), /当天就/))
}

/** entered writes a visit down in the quarter's report, with who was there; it is counted at once. */
export async function entered(desk) {
  const { page } = desk
  await desk.open('/quarter')
  await page.fill('[name=day]', tomorrow(-1))
  await page.selectOption('form.panel [name=kind]', { index: 1 })
  await page.selectOption('form.panel [name=region]', { index: 1 })
  await page.fill('[name=quantity]', '24')
  await page.fill('[name=what]', '走了几户人家')
  await page.fill('[name=note]', '苏木妇联主席在场')
  await page.click('button:has-text("记下")')
  await page.locator('.said').waitFor()
  assert.deepEqual(await desk.looks(), [])
  assert.match(await page.innerText('tr:has-text("走村入户")'), /\b24\b/)
}
