// The way of a story that is told on a phone: somebody applies and two people look at her, a volunteer writes in four boxes,
// an editor makes a piece of it, three people pass it, a resident reads it, and the consent is taken back.
import assert from 'node:assert/strict'
import { Phone } from '../../lib/browser.mjs'
import { listed, passed, released, resident, seated, stored } from '../../lib/editorial.mjs'
import { dockFaults } from '../../lib/look.mjs'
import { until } from '../../lib/until.mjs'

/** applied is an application of somebody new, and what two people who work here say to it. */
export function applied(browser, server) {
  return Phone.use(browser, server, { name: 'applies' }, async (phone) => {
    const { page } = phone
    await helping(phone)
    await page.locator('.line[role=link]', { hasText: '想来帮忙' }).click()
    await page.locator('.demo .line', { hasText: '新来的人' }).click()
    await page.locator('.join__field input').first().fill('托娅')
    await page.locator('.join__why textarea').fill('想把镇上的事写出来。')
    await page.locator('.chips [role=radio]').first().click()
    await page.locator('.screen__action .btn').click()
    await page.getByText('两位同事看过').waitFor()
    for (const login of ['guanli1', 'guanli2']) {
      await seated(browser, server, login, async (desk) => {
        await desk.open('')
        await desk.page.locator('section:has(#waits) a', { hasText: '托娅' }).click()
        await desk.page.locator('.why', { hasText: '想把镇上的事写出来' }).waitFor()
        assert.deepEqual(await desk.looks(), [])
        await desk.page.click('button[value=yes]')
        await desk.page.locator('.said', { hasText: '记下了' }).waitFor()
      })
    }
    await helping(phone) // a page that is opened anew knows nobody
    await page.locator('.line[role=link]', { hasText: '想来帮忙' }).click()
    await page.locator('.demo .line', { hasText: '新来的人' }).click()
    await page.getByText('两位同事都同意了').waitFor()
  })
}

async function helping(phone) {
  const { page } = phone
  await phone.home()
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.locator('.line[role=link]', { hasText: '来帮忙' }).click()
}

const title = '腌菜缸旁边'
const boxes = ['腊月里，小云在镇上摆摊。', '第二天她去了苏木妇联。', '谁都可以劝阻。', '- 先打 110。']

/** contributed is a true story in four boxes with the consent of whom it is about, by a volunteer on her phone; an editor makes a piece of it and hands it in. */
export async function contributed(browser, server) {
  await Phone.use(browser, server, { name: 'contributed' }, async (phone) => {
    const { page } = phone
    await volunteer(phone)
    await page.locator('.screen__action .btn').click()
    await page.locator('.box').nth(3).waitFor()
    await page.locator('.write__title input').fill(title)
    for (const [n, text] of boxes.entries()) await page.locator('.box textarea').nth(n).fill(text)
    await page.locator('.seg__one', { hasText: '真事' }).click()
    await page.locator('.write__consent .line').click()
    for (const word of ['昨天', '当面说的', '只用文字']) await page.locator('.chip', { hasText: word }).click()
    await page.locator('.sheet__foot .btn').click()
    await page.getByText('她本人同意了', { exact: true }).waitFor()
    await page.locator('.screen__action .btn').click()
    await page.locator('.drafts__card', { hasText: title }).first().waitFor()
  })
  return seated(browser, server, 'sanshen', tidied)
}

/** volunteer comes to her list, by the built-in WeChat. */
async function volunteer(phone) {
  await helping(phone)
  await phone.page.locator('.demo .line', { hasText: '志愿者' }).click()
  await phone.page.locator('.seg__one, .drafts__empty').first().waitFor()
}

async function tidied(desk) {
  const { page } = desk
  await desk.open('')
  await page.locator('section:has(#waits) a', { hasText: '的来稿' }).first().click()
  await page.locator('.raw', { hasText: boxes[0] }).waitFor()
  assert.deepEqual(await desk.looks(), [])
  await page.click('button:has-text("开始整理")')
  await page.waitForURL(/\/console\/write\/[A-Z2-7]{26}$/)
  const id = new URL(page.url()).pathname.split('/').pop()
  const rev = Number(await page.inputValue('#saved input[name=rev]'))
  await page.fill('#f-summary', '有人看见了，第二天去问了妇联。')
  await page.fill('#f-part3', '谁都可以劝阻、报案。〔反家庭暴力法 第十三条第一款〕')
  await stored(page, rev + 1)
  await page.click('button:has-text("交上去审")')
  await page.locator('main', { hasText: '交上去了' }).waitFor()
  await desk.open('')
  assert.equal(await page.locator('section:has(#waits) a', { hasText: title }).count(), 0, 'who tidied it is asked to review it')
  return id
}

/** outward lets three people who wrote none of it pass the piece, the third of them the publisher, who shows it; a resident reads it, and its author sees on her phone that it is out. */
export async function outward(browser, server, id) {
  await passed(browser, server, title, /小云/, ['yishen', 'ershen', 'fabu'])
  await released(browser, server, id, title)
  await resident(browser, server, title, async (page) => {
    const read = await page.locator('.story__body').innerText()
    assert.match(read, /小云[\s\S]*苏木妇联[\s\S]*谁都可以劝阻、报案/)
    assert.ok(!read.includes(boxes[2]) && (await page.locator('.cite').count()) > 0, 'the raw words of the law are out, or what it says has no citation')
  })
}

/** takenBack is the consent taken back by the author on her phone: the piece is gone for everybody, and she is told why. */
export async function takenBack(browser, server) {
  const live = (await explainers(server)).find((e) => e.title === title)
  const began = Date.now()
  await Phone.use(browser, server, { name: 'reads' }, async (reader) => {
    const row = await listed(reader, title)
    await Phone.use(browser, server, { name: 'taken-back' }, async (phone) => {
      const { page } = phone
      await volunteer(phone)
      await page.locator('.seg__one', { hasText: '已发' }).click()
      const card = page.locator('.drafts__card', { hasText: title })
      await card.getByText('发了，大家看得到').waitFor()
      await card.getByText('她不愿意了').click()
      assert.ok((await explainers(server)).some((e) => e.title === title), 'one touch was enough')
      await card.getByText('再按一次').click()
      await page.getByText('撤下了').first().waitFor()
      assert.equal(await page.getByText('她不愿意了').count(), 0)
      assert.deepEqual(await dockFaults(page, true), [])
    })
    await until('residents not to see it any more', async () => !(await explainers(server)).some((e) => e.title === title))
    assert.equal((await server.api('GET', `/explainers/${live.slug}`)).status, 404)
    assert.ok(Date.now() - began < 60_000)
    await row.click()
    await reader.page.getByText('可能已经撤下了').waitFor()
    assert.doesNotMatch(await reader.page.innerText('body'), /小云/)
  })
}

const explainers = (server) => server.api('GET', '/explainers?limit=50').then((a) => a.body.items)
