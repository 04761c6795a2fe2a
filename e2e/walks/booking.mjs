// A parent books a time as a guest, with her keyboard or a finger: help first, whom, when, what is asked, the code; with the code
// alone she finds it again on another phone, moves it and gives it back. Nothing of it stays on the phone.
import assert from 'node:assert/strict'
import { action, choice, toDay } from '../lib/app.mjs'
import { Phone } from '../lib/browser.mjs'
import { Desk } from '../lib/desk.mjs'
import { until } from '../lib/until.mjs'

const secret = '夜里总是醒'

export async function booking(t, { browser, server }) {
  let code = ''
  await t.test('an answer that alarms opens its card there, and booking goes on whatever she answers', () => Phone.use(browser, server, { name: 'booking-alarm' }, alarmed))
  await t.test('a time is held, asked about and booked', async () => {
    code = await Phone.use(browser, server, { name: 'booking' }, booked)
  })
  await t.test('her counsellor opens what she wrote, whoever plans the time does not', () => visited(browser, server, code))
  await t.test('the code alone finds, moves and gives back', () => Phone.use(browser, server, { name: 'booking-found' }, (phone) => found(phone, code)))
  await t.test('a code that leads nowhere is answered as one that was given back', () => Phone.use(browser, server, { name: 'booking-lost' }, (phone) => lost(phone, code)))
}

async function alarmed(phone) {
  const { page } = phone
  await phone.home()
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.getByRole('link', { name: /约个时间/ }).click()
  await choice(page, '这次是为谁约', '我的孩子')
  const living = page.locator('.begin__question').nth(2)
  const from = phone.seen.length
  await living.getByRole('radio', { name: '有', exact: true }).click()
  await living.getByRole('alert').waitFor()
  assert.match(await living.innerText(), /110/)
  assert.deepEqual(phone.seen.slice(from).filter((r) => r.body || r.method !== 'GET'), [], 'her answer was sent before she booked')
  await living.getByRole('button', { name: '先不用' }).click()
  await living.getByRole('alert').waitFor({ state: 'detached' })
  await action(page)
  await page.getByRole('heading', { name: '说说大概' }).waitFor()
  assert.equal(await page.locator('.screen__action .btn').last().getAttribute('aria-disabled'), 'true', 'a child without an age')
}

async function booked(phone) {
  const { page } = phone
  await phone.home()
  await toDay(page)
  await page.locator('.who__any').click()
  await page.locator('.day__cell--free').last().click() // so late that it can be moved
  await page.locator('.day__time').first().click()
  await action(page)
  await page.getByRole('heading', { name: '你写的，谁看得到' }).waitFor()
  const left = await page.getByRole('timer').innerText()
  assert.match(left, /^4:\d\d$/)
  await action(page)
  await page.locator('.reserve__text textarea').fill(secret)
  await action(page)
  await page.getByRole('heading', { name: '怎样联系你才安全' }).waitFor()
  await action(page)
  const shown = page.locator('.booked__code')
  await shown.waitFor()
  const code = (await shown.innerText()).replace(/\s/g, '')
  assert.match(code, /^10\d{9}$/)
  const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  for (const word of [code, secret]) assert.ok(!stored.includes(word), 'the phone keeps it')
  await page.locator('.dock__leave').click()
  await until('the almanac', async () => !(await page.content()).includes(code))
  return code
}

// Whose 演示 counsellor is whose account.
const accounts = { 斯琴老师: 'laoshi', 林老师: 'laoshi2', 白老师: 'laoshi3' }

async function visited(browser, server, code) {
  const row = (desk) => desk.page.locator('tr', { hasText: code.slice(-4) })
  const found = await server.api('POST', '/appointments/found', { body: { code } })
  await Desk.use(browser, server, { login: accounts[found.body.appointment.name] }, async (desk) => {
    await desk.open('/visits')
    assert.ok(!(await desk.page.content()).includes(secret), 'the list tells what she wrote')
    assert.deepEqual(await desk.looks(), [])
    await row(desk).locator('a').first().click()
    await desk.page.getByRole('heading', { name: `来访 ${code.slice(-4)}` }).waitFor()
    assert.ok(!(await desk.page.content()).includes(secret), 'it is shown before it was opened')
    await desk.page.getByRole('button', { name: '看她写的' }).click()
    await desk.page.locator('main', { hasText: secret }).waitFor()
    assert.match(await desk.page.innerText('main'), /不要打给她/)
    assert.deepEqual(await desk.looks(), [])
  })
  await Desk.use(browser, server, { login: 'xietiao' }, async (desk) => {
    await desk.open('/visits')
    await row(desk).locator('a').first().click()
    await desk.page.locator('main', { hasText: '你只看得到几点、在哪' }).waitFor()
    assert.equal(await desk.page.getByRole('button', { name: '看她写的' }).count(), 0)
    assert.ok(!(await desk.page.content()).includes(secret), 'whoever plans reads it')
  })
}

async function look(page, code) {
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.getByRole('link', { name: /约个时间/ }).click()
  await page.locator('.begin__found').click()
  await page.locator('.visits__field input').fill(code)
  await page.getByRole('button', { name: '看一看' }).click()
}

async function found(phone, code) {
  const { page } = phone
  await phone.home()
  await look(page, code)
  const card = page.locator('.visit')
  await card.waitFor()
  const before = await card.innerText()
  assert.ok(!before.includes(secret) && !/我自己/.test(before), 'the code shows more than the time')
  await card.getByRole('button', { name: '改时间' }).click()
  await page.locator('.day__time').last().click()
  await action(page)
  await page.locator('.booked__code').waitFor()
  const after = await page.locator('.visit').innerText()
  assert.notEqual(after.split('老师')[0], before.split('老师')[0], 'it was not moved')
  await page.getByRole('button', { name: '取消', exact: true }).click()
  await page.getByRole('button', { name: '取消这次' }).click()
  await page.getByText('取消了。想好了随时再约。').waitFor()
}

async function lost(phone, code) {
  const { page } = phone
  await phone.home()
  const said = []
  for (const typed of [code, '10987654321']) {
    await look(page, typed)
    const alert = page.getByRole('alert')
    await alert.waitFor()
    said.push(await alert.innerText())
    await page.goto('/')
    await page.locator('.hero__go').waitFor()
  }
  assert.equal(said[0], said[1])
}
