// The story of a first visit, from home to erasing everything again.
import assert from 'node:assert/strict'
import { Phone, strangers, watch } from '../lib/browser.mjs'
import { answerAll, at, key, openStory } from '../lib/app.mjs'
import { until } from '../lib/until.mjs'

const telling = /"(answer|correct|explanation|score|concept)"\s*:/

export async function story(t, { browser, server }) {
  await t.test('home shows stories after at most two requests to the API', () => Phone.use(browser, server, { name: 'home' }, async ({ page, seen }) => {
    await page.goto('/')
    await page.locator('.story-row__facts').first().waitFor()
    const asked = seen.filter((r) => r.path.startsWith('/api/'))
    assert.ok(asked.length <= 2, `asked ${asked.map((r) => r.path)}`)
    await page.locator('.section__more').click()
    await page.locator('.line[role=link]:has(.story-row__facts)').nth(5).waitFor()
  }))

  await t.test('another origin would be noticed', () => Phone.use(browser, server, { name: 'stranger', strangersExpected: true, bypassCSP: true }, async ({ page, seen }) => {
    await page.goto('/')
    await page.evaluate(() => { new Image().src = 'http://localhost:9/pixel.gif' })
    await until('the foreign request', () => strangers(seen, server.url).length > 0)
  }))

  await t.test('read, answer, keep, lock, favour, look at my data, erase', () => Phone.use(browser, server, { name: 'story' }, (phone) => firstVisit(phone, server)))
  await t.test('what is kept survives a fresh start and a favourite', () => Phone.use(browser, server, { name: 'kept' }, (phone) => savedSurvives(phone, server)))
}

async function firstVisit({ page, context, seen, home }, server) {
  const answers = watchAnswers(context)
  await page.goto('/')
  await page.locator('.story-row__facts').first().waitFor()
  await openStory(page)
  const slug = seen.map((r) => /^\/api\/v1\/explainers\/([\w-]+)$/.exec(r.path)?.[1]).filter(Boolean).at(-1)
  const story = (await server.api('GET', `/explainers/${slug}`)).body
  await citation(page, story)
  const right = await key(server, `/explainers/${slug}/attempts`)
  const wrong = await handIn(page, right)
  assert.deepEqual(answers.telling(), [], 'an answer left the server before the paper was handed in')
  await until('the result', () => answers.after.some((body) => telling.test(body)))
  await result(page, right, wrong)
  assert.ok(seen.every((r) => !r.authorization), 'she was signed in without a tap')
  await keep(page)
  await book(page, right, wrong)
  await lock(page)
  await locked(page, wrong)
  await favourite(page)
  await erase(page, server, seen)
}

/** watchAnswers keeps the bodies of the API's answers, before and after the first paper is handed in. */
function watchAnswers(context) {
  const before = []
  const after = []
  let handedIn = false
  context.on('request', (r) => { handedIn ||= r.url().endsWith('/submission') })
  context.on('response', (r) => {
    if (!new URL(r.url()).pathname.startsWith('/api/')) return
    const into = handedIn ? after : before
    r.text().then((body) => into.push(body), () => undefined)
  })
  return { telling: () => before.filter((body) => telling.test(body)), before, after }
}

async function citation(page, story) {
  const first = page.locator('.cite').first()
  const label = await first.innerText()
  const meant = story.citations.find((c) => c.label === label)
  assert.ok(meant, `no citation is called ${label}`)
  await first.click()
  const sheet = await page.locator('.sheet__card').innerText()
  assert.ok(sheet.includes(meant.short) && sheet.includes(meant.lawTitle), `the sheet names no law: ${sheet}`)
  assert.match(sheet, /第[一二三四五六七八九十百零]+条/)
  await page.locator('.sheet__close').click()
  await page.locator('.sheet__card').waitFor({ state: 'detached' })
}

/** handIn answers the story's questions, the first two of them wrong, and gives the stems of these. */
async function handIn(page, right) {
  await page.locator('.screen__action .btn').click()
  await page.locator('.attempt__stem').waitFor()
  const wrong = []
  await answerAll(page, (stem) => {
    const known = right.get(stem)
    assert.ok(known, `a question that is not the story's: ${stem}`)
    if (wrong.length >= 2) return known.right
    wrong.push(stem)
    return [known.all.find((o) => !known.right.includes(o)) ?? known.right[0]]
  })
  return wrong
}

async function result(page, right, wrong) {
  await page.locator('.score').waitFor()
  const score = (await page.locator('.score__number').innerText()).replace(/\s/g, '')
  assert.equal(score, `${right.size - wrong.length}/${right.size}`)
  const cards = page.locator('.result__one')
  assert.equal(await cards.count(), wrong.length)
  for (const stem of wrong) {
    const card = cards.filter({ hasText: stem })
    assert.ok((await card.innerText()).includes(right.get(stem).explanation), `no explanation at ${stem}`)
    assert.ok(await card.locator('.cite').count(), `no citation at ${stem}`)
    assert.ok(await card.locator('.result__story').count(), `no story at ${stem}`)
  }
}

async function keep(page) {
  await page.locator('.result__keep [role=switch]').click()
  await page.getByText('在这台手机上记住', { exact: true }).click()
  await page.locator('.sheet__card').waitFor({ state: 'detached' })
}

const me = async (page, word) => {
  if (await page.locator('.screen__back').count()) await page.locator('.screen__back').click()
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.locator('.me__card').waitFor()
  await page.locator('.line[role=link]', { hasText: word }).click()
}

async function book(page, right, wrong) {
  await page.locator('.result__keep [role=link]').click()
  await page.locator('.mistakes__one').first().waitFor()
  assert.equal(await page.locator('.mistakes__one').count(), wrong.length)
  for (const stem of wrong) {
    const card = page.locator('.mistakes__one', { hasText: stem })
    await card.locator('.mistakes__turn').first().click()
    assert.ok((await card.innerText()).includes(right.get(stem).explanation))
  }
}

async function lock(page) {
  await page.goto('/')
  await me(page, '密码和清空')
  await page.locator('.keeping__field input').fill('246813')
  await page.getByText('存好', { exact: true }).click()
  await page.locator('[role=status]', { hasText: '密码' }).waitFor()
}

/** locked asserts that a wrong code and no code show the same, and that the right one opens the book. */
async function locked(page, wrong) {
  await page.goto('/')
  await me(page, '错题本')
  await page.locator('.code__field').waitFor()
  const shown = async () => {
    await page.evaluate(() => document.activeElement?.blur())
    return (await page.screenshot()).toString('base64')
  }
  const absent = await shown()
  const type = async (code) => {
    const answered = page.waitForResponse((r) => r.url().includes('/me/mistakes'))
    await page.locator('.code__field input').fill(code)
    await page.locator('.code__go').click()
    await answered
  }
  await type('1357')
  await until('the same screen', async () => (await shown()) === absent, 5000)
  assert.equal(await page.locator('.mistakes__one').count(), 0)
  await type('246813')
  await page.locator('.mistakes__one').nth(wrong.length - 1).waitFor()
}

async function favourite(page) {
  await page.locator('.screen__back').click()
  const row = page.locator('[role=switch]', { hasText: '收藏' })
  await page.locator('.switch--busy').first().waitFor({ state: 'detached' })
  const put = page.waitForResponse((r) => r.request().method() === 'PUT')
  await row.click()
  await put
  await until('the switch', async () => (await row.getAttribute('aria-checked')) === 'true')
  await page.locator('.tabs__one', { hasText: '学法' }).click()
  await openStory(page, 2)
  const title = await page.locator('.t-title').innerText()
  await page.locator('.story__keep').click()
  await page.getByText('已收藏').waitFor()
  await me(page, '书架')
  await page.locator('.line', { hasText: title }).waitFor()
}

async function erase(page, server, seen) {
  await me(page, '我的资料')
  await page.getByText('看我的全部资料').click()
  await page.locator('.data__copy').waitFor()
  const token = seen.findLast((r) => r.authorization).authorization.replace('Bearer ', '')
  assert.equal((await server.api('GET', '/me', { token })).status, 200)
  await page.getByText('全部删掉', { exact: true }).click()
  await page.getByText('再按一次就删').click()
  await page.getByText('都删掉了').waitFor()
  assert.equal((await server.api('GET', '/me', { token })).status, 401)
  assert.equal(await page.evaluate(() => localStorage.length), 0)
  await page.goto('/')
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.getByText('不登录也能用').waitFor()
}

/** savedSurvives: a later switch must not silently turn off what she had turned on before. */
async function savedSurvives({ page, seen }, server) {
  await page.goto('/')
  await page.locator('.tabs__one', { hasText: '我的' }).click()
  await page.locator('[role=switch]', { hasText: '练习和错题' }).click()
  await page.getByText('在这台手机上记住', { exact: true }).click()
  await page.locator('[role=switch][aria-checked=true]', { hasText: '练习和错题' }).waitFor()
  await page.goto('/')
  await page.locator('.story-row__facts').first().waitFor()
  await openStory(page)
  await page.locator('.story__keep').click()
  const sheet = page.locator('.sheet__card')
  await sheet.or(page.getByText('已收藏')).first().waitFor()
  if (await sheet.count()) await page.getByText('在这台手机上记住', { exact: true }).click()
  await page.getByText('已收藏').waitFor()
  const token = seen.findLast((r) => r.authorization).authorization.replace('Bearer ', '')
  const settings = (await server.api('GET', '/me/keeping', { token })).body
  assert.equal(settings.mistakes, true, 'keeping a favourite turned the mistakes book off')
  assert.equal(settings.favourites, true)
}
