// The way of a story that is told on a phone: somebody applies and two people look at her, a volunteer writes in four boxes,
// an editor makes a piece of it, three people pass it, and a resident reads it.
import assert from 'node:assert/strict'
import { Phone } from '../../lib/browser.mjs'
import { seated, stored } from '../../lib/editorial.mjs'

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

/** contributed is a story in four boxes, by a volunteer on her phone; an editor makes a piece of it. */
export async function contributed(browser, server) {
  await Phone.use(browser, server, { name: 'contributed' }, async (phone) => {
    const { page } = phone
    await helping(phone)
    await page.locator('.demo .line', { hasText: '志愿者' }).click()
    await page.locator('.screen__action .btn').click()
    await page.locator('.box').nth(3).waitFor()
    await page.locator('.write__title input').fill(title)
    for (const [n, text] of boxes.entries()) await page.locator('.box textarea').nth(n).fill(text)
    await page.locator('.write__saved', { hasText: '存好了' }).waitFor()
    await page.locator('.screen__action .btn').click()
    await page.getByText('先说一下：是编的，还是真事？').waitFor()
    await page.locator('.seg__one', { hasText: '编的' }).click()
    await page.locator('.write__saved', { hasText: '存好了' }).waitFor()
    await page.locator('.screen__action .btn').click()
    await page.locator('.drafts__card', { hasText: title }).first().waitFor()
  })
  await seated(browser, server, 'ershen', tidied)
}

async function tidied(desk) {
  const { page } = desk
  await desk.open('')
  await page.locator('section:has(#waits) a', { hasText: '的来稿' }).first().click()
  await page.locator('.raw', { hasText: boxes[0] }).waitFor()
  assert.deepEqual(await desk.looks(), [])
  await page.click('button:has-text("开始整理")')
  await page.waitForURL(/\/console\/write\/[A-Z2-7]{26}$/)
  const rev = Number(await page.inputValue('#saved input[name=rev]'))
  await page.fill('#f-summary', '有人看见了，第二天去问了妇联。')
  await page.fill('#f-part3', '谁都可以劝阻、报案。〔反家庭暴力法 第十三条第一款〕')
  await stored(page, rev + 1)
  await page.click('button:has-text("交上去审")')
  await page.locator('main', { hasText: '交上去了' }).waitFor()
  await desk.open('')
  assert.equal(await page.locator('section:has(#waits) a', { hasText: title }).count(), 0, 'who tidied it is asked to review it')
}
