// What several ways of a text have in common: three people pass it from their home pages, the publisher shows it, and a
// resident reads it on her phone.
import assert from 'node:assert/strict'
import { Desk } from './desk.mjs'
import { Phone } from './browser.mjs'
import { until } from './until.mjs'

export const seated = (browser, server, login, walk) => Desk.use(browser, server, { login }, walk)

/** stored waits until the page says that it saved what was typed last. */
export const stored = (page, rev) => page.waitForFunction((n) => Number(document.querySelector('#saved input[name=rev]')?.value) >= n && document.querySelector('#saved').textContent.includes('存好了'), rev)

/** passed lets three people read a text: each finds it on her home page, sees what `shows` says, gives every finding a word, and passes it. */
export async function passed(browser, server, title, shows, reviewers = ['yishen', 'ershen', 'sanshen']) {
  for (const login of reviewers) {
    await seated(browser, server, login, async (desk) => {
      await opened(desk, title)
      assert.match(await desk.page.innerText('main'), shows)
      await pass(desk.page)
    })
  }
}

/** opened follows the link to a text that stands on her home page. */
async function opened(desk, title) {
  const { page } = desk
  await desk.open('')
  await page.locator('section:has(#waits) a', { hasText: title }).first().click()
  await page.locator('[data-pass]').waitFor()
  assert.match(new URL(page.url()).pathname, /^\/console\/review\/[A-Z2-7]{26}\/\d+$/)
}

async function pass(page) {
  const cards = page.locator('.fnd:has(input[value=keep])')
  for (let n = 0; n < (await cards.count()); n++) {
    await cards.nth(n).locator('label:has(input[value=keep])').click()
    await cards.nth(n).locator('input[name^="words."]').fill('看过了，不用改')
  }
  await page.click('[data-pass]')
  await page.locator('form.rv-ask').waitFor()
  await page.click('button[value=pass]')
  await page.locator('.said', { hasText: '通过了' }).waitFor()
}

/** released lets the publisher show what three people passed, and waits until residents have this version. */
export async function released(browser, server, id, title) {
  const brief = () => server.api('GET', '/explainers?limit=50').then((a) => a.body.items.find((e) => e.title === title))
  await seated(browser, server, 'fabu', async (desk) => {
    await desk.open(`/texts/${id}`)
    await desk.page.click('button:has-text("现在就上线")')
    await desk.page.locator('.said').waitFor()
  })
  return until('residents to see it', brief)
}

/** resident finds a story among all of them, on a phone, as whoever never was here, and says what she sees. */
export function resident(browser, server, title, walk) {
  return Phone.use(browser, server, { name: 'resident' }, async (phone) => {
    const row = await listed(phone, title)
    await row.click()
    await phone.page.locator('.story__end').waitFor()
    return walk(phone.page)
  })
}

/** listed is the row of a story in the list of all of them, which shows twenty at a time. */
export async function listed(phone, title) {
  const { page } = phone
  await phone.home()
  await page.locator('.tabs__one', { hasText: '学法' }).click()
  await page.locator('.stories__laws').waitFor()
  const row = page.locator('.line[role=link]', { has: page.locator('.story-row__facts'), hasText: title }).locator('visible=true').first()
  const more = page.getByText('再看一些').locator('visible=true').first()
  await until(`${title} in the list`, async () => {
    if (await row.count()) return true
    if (await more.count()) await more.click()
    return false
  })
  return row
}
