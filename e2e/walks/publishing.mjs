// The way of a text from a desk to the reviewers: a story written by a volunteer, a table of 200 questions, what cannot be
// stored, two tabs on one text, three people who read it, and a law that changes under what is live. On a server of its
// own with the demonstration's staff.
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Phone } from '../lib/browser.mjs'
import { Desk } from '../lib/desk.mjs'
import { listed, passed, released, resident, seated, stored } from '../lib/editorial.mjs'
import { root, Server } from '../lib/server.mjs'
import { table } from '../lib/sheet.mjs'
import { renumbered } from '../lib/statute.mjs'
import { until } from '../lib/until.mjs'
import { applied, contributed, outward, takenBack } from './publishing/phone.mjs'
import { answered, corrected, entered } from './publishing/piece.mjs'

const corpus = process.env.PGY_CORPUS ?? join(root, '..', 'shared', 'law', 'corpus')
const story = {
  title: '门口的灯', summary: '晚上有人把灯留着。', tags: '家里的事',
  part1: '她叫小云，晚上走在路上。\n\n她给 138-1234-5678 打了电话。', part2: '她把看到的记下来，第二天去了苏木妇联。', part4: '- 先打 110。\n- 想找人商量，可以去苏木妇联。',
}

export async function publishing(t, { browser }) {
  const server = await Server.start()
  try {
    const desk = (login, walk) => seated(browser, server, login, walk)
    await side([
      ['official texts are imported', () => imported(server)],
    ], [
      ['somebody new applies on her phone, and two people look', () => applied(browser, server)],
      ['a visit to a village stands in the table of its quarter', () => desk('xietiao', entered)],
    ])
    let at, piece
    // A desk waits most of its time for what saves itself and for what residents are shown: these ways do so together.
    await side([
      ['a volunteer writes a story', async () => { at = await desk('zhiyuan', written) }],
      ['an outside lawyer answers by her link', () => answered(browser, server, at)],
      ['three people read it, and she is none of them', () => reviewed(browser, server)],
      ['the publisher shows it, and a resident reads it on her phone', () => shown(browser, server, at)],
      ['what is live is corrected beside it', () => corrected(browser, server, at, story.title)],
      ['any reviewer takes it down alone', () => withdrawn(browser, server, at)],
    ], [
      ['a true story is told on a phone, and an editor makes a piece of it', async () => { piece = await contributed(browser, server) }],
      ['three other people pass the piece, and a resident reads it', () => outward(browser, server, piece)],
      ['the consent is taken back, and the piece is gone', () => takenBack(browser, server)],
    ], [
      ['what cannot be stored costs itself alone', () => desk('zhiyuan', spoilt)],
      ['two tabs on one text', () => desk('zhiyuan', twice)],
      ['a table of 200 questions', () => desk('sanshen', taken)],
    ])
    if (existsSync(corpus)) {
      await t.test('a claim without a source leads to the law', () => seated(browser, server, 'zhiyuan', sourced))
      await t.test('a law changes', () => desk('yishen', (d) => changed(d, server)))
      await t.test('one act replaces a citation in many texts', () => desk('sanshen', replaced))
    }
    await t.test('on a tablet', () => Desk.use(browser, server, { login: 'sanshen', size: 'tablet' }, tablet))
  } finally {
    server.remove()
  }

  /** side walks several ways at once, the steps of each one after the other. */
  function side(...ways) {
    return Promise.all(ways.map(async (steps) => {
      for (const [name, step] of steps) await t.test(name, step)
    }))
  }
}

async function imported(server) {
  if (!existsSync(corpus)) return void console.log(`NOT RUN: picking a provision and a changed law: no ${corpus}`)
  const official = join(server.dir, 'official')
  cpSync(corpus, official, { recursive: true, filter: (from) => !basename(from).startsWith('_') })
  await server.command('law', 'import', official)
  await until('the search to know them', () => server.api('GET', `/search?q=${encodeURIComponent('反家暴法23')}`).then((a) => a.body.items?.[0]?.kind === 'article'), 60_000)
}

async function begun(desk) {
  await desk.open('/write')
  await desk.page.click('button:has-text("写一个故事")')
  await desk.page.waitForURL(/\/console\/write\/[A-Z2-7]{26}$/)
  return new URL(desk.page.url()).pathname
}

/** sourced is a sentence that says what the law is: its finding opens the law, and what is picked stands behind it. */
async function sourced(desk) {
  const { page } = desk
  await begun(desk)
  await page.fill('#f-part3', '派出所应当出一张告诫书。她记住了。')
  await page.click('[data-cite-behind]')
  await page.locator('#cite-found .pickrow', { hasText: '反家庭暴力法 第十六条' }).first().click()
  await page.locator('[data-provision]').first().click()
  assert.match(await page.inputValue('#f-part3'), /^派出所应当出一张告诫书。〔反家庭暴力法 第十六条[^〕]*〕她记住了。$/)
  await page.waitForFunction(() => !document.querySelector('[data-cite-behind]'))
}

async function written(desk) {
  const { page } = desk
  const path = await begun(desk)
  for (const name of ['title', 'summary', 'tags', 'part1', 'part2', 'part4']) await page.fill(`#f-${name}`, story[name])
  await stored(page, 1)
  // The machine's finding stands at its place, and one tap mends it where it knows how.
  assert.match(await page.innerText('#at-part1'), /138-1234-5678.*手机号码/s)
  await page.fill('#f-part1', story.part1.replace('138-1234-5678', '一个亲戚'))
  await page.waitForFunction(() => !document.querySelector('#at-part1').textContent.includes('手机号码'))
  await page.fill('#f-part3', '谁都可以劝阻、报案。')
  await cited(page)
  await page.waitForFunction(() => document.querySelector('#preview .cite'))
  assert.match(await page.innerText('#preview'), /门口的灯[\s\S]*发生了什么[\s\S]*明天可以做什么/)
  assert.deepEqual(await desk.looks(), [])
  assert.deepEqual((await desk.executed()).stopped, [])
  await page.click('button:has-text("交上去审")')
  await page.locator('main', { hasText: '交上去了' }).waitFor()
  return path.split('/').pop()
}

/** cited picks a provision by the keyboard alone; without the official texts it is typed. */
async function cited(page) {
  if (!existsSync(corpus)) return page.fill('#f-part3', '谁都可以劝阻、报案。〔反家庭暴力法 第十三条第一款〕')
  await page.focus('[data-cite-into=f-part3]')
  await page.keyboard.press('Enter')
  await page.keyboard.type('反家暴法13')
  await page.waitForSelector('#cite-found .pickrow')
  await page.focus('#cite-found .pickrow')
  await page.keyboard.press('Enter')
  await page.waitForSelector('#cite-found [data-provision]')
  await page.focus('#cite-found [data-provision="反家庭暴力法 第十三条第一款"]')
  await page.keyboard.press('Enter')
  assert.equal(await page.inputValue('#f-part3'), '谁都可以劝阻、报案。〔反家庭暴力法 第十三条第一款〕')
}

async function spoilt(desk) {
  const { page } = desk
  const path = await begun(desk)
  await page.fill('#f-title', '一张纸')
  await stored(page, 1)
  await page.fill('#f-part1', '长'.repeat(350_000)) // 1 MB
  await page.fill('#f-part2', '第一格\t第二格\n甲\t乙\n')
  await page.fill('#f-part4', '先坐一会儿。')
  await page.waitForFunction(() => document.querySelector('#at-part1').textContent.includes('这一格没有存'))
  assert.match(await page.innerText('#saved'), /有几处没有存上/)
  assert.match(await page.innerText('#at-part2'), /表格/)
  assert.equal((await page.inputValue('#f-part1')).length, 350_000) // it is still before her
  await desk.open(path)
  assert.equal(await page.inputValue('#f-title'), '一张纸')
  assert.equal(await page.inputValue('#f-part1'), '')
  assert.equal(await page.inputValue('#f-part2'), '第一格　第二格\n甲　乙')
  assert.equal(await page.inputValue('#f-part4'), '先坐一会儿。')
}

async function twice(desk) {
  const { page } = desk
  const path = await begun(desk)
  const other = await desk.context.newPage()
  await other.goto(path)
  await page.fill('#f-title', '这边写的')
  await stored(page, 1)
  await other.fill('#f-title', '那边写的')
  await other.waitForFunction(() => document.querySelector('#saved').textContent.includes('在别处存过'))
  await other.click('#saved button')
  await other.waitForSelector('.sides')
  const shown = await other.content()
  assert.ok(shown.includes('这边写的') && shown.includes('那边写的'), 'both texts are shown')
  await desk.open(path)
  assert.equal(await page.inputValue('#f-title'), '这边写的') // nothing was written over
  await other.click('button:has-text("存左边这份")')
  await other.waitForSelector('#saved')
  await desk.open(path)
  assert.equal(await page.inputValue('#f-title'), '那边写的') // she chose
}

async function reviewed(browser, server) {
  const before = (await server.api('GET', '/explainers?limit=50')).body.items.map((e) => e.title)
  assert.ok(!before.includes(story.title), 'nobody reads it before three people did')
  await passed(browser, server, story.title, /小云/)
  await seated(browser, server, 'zhiyuan', async (desk) => {
    await desk.open('/write')
    assert.match(await desk.page.innerText(`tr:has-text("${story.title}")`), /三审都过了/)
  })
}

/** shown releases what three people passed; a resident finds it on her phone and reads it with what it cites. */
async function shown(browser, server, id) {
  const live = await released(browser, server, id, story.title)
  const answer = (await server.api('GET', `/explainers/${live.slug}`)).body
  assert.deepEqual(answer.citations.map((c) => c.label), ['反家庭暴力法 第十三条第一款'])
  await resident(browser, server, story.title, async (page) => {
    assert.match(await page.locator('.story__body').innerText(), /小云/)
    await page.locator('.cite').first().click()
    assert.match(await page.locator('.sheet__card').innerText(), /第十三条/)
  })
}

/** withdrawn is one reviewer's act alone; within a minute nobody reads it any more, and whoever has it in a list finds a plain word. */
async function withdrawn(browser, server, id) {
  const read = () => server.api('GET', '/explainers?limit=50').then((a) => a.body.items.find((e) => e.title === story.title))
  const live = await read()
  const began = Date.now()
  await Phone.use(browser, server, { name: 'withdrawn' }, async (phone) => {
    const row = await listed(phone, story.title)
    await seated(browser, server, 'yishen', async (desk) => {
      await desk.open(`/texts/${id}`)
      await desk.page.click('summary:has-text("撤下这一件")')
      await desk.page.click('button:has-text("真的撤下")')
      await desk.page.locator('.said').waitFor()
    })
    await until('residents not to see it any more', async () => !(await read()))
    assert.equal((await server.api('GET', `/explainers/${live.slug}`)).status, 404)
    assert.ok(Date.now() - began < 60_000)
    await row.click()
    await phone.page.getByText('可能已经撤下了').waitFor()
    assert.doesNotMatch(await phone.page.innerText('body'), /小云/)
  })
}

const header = ['题型', '情境', '题目', '选项 A', '选项 B', '选项 C', '选项 D', '选项 E', '选项 F', '答案', '解析', '法律依据', '知识点', '难度']
const row = (n, answer = 'A') => ['单选', '', `第 ${n} 件事，先做哪一步？`, `先把第 ${n} 件记下来`, `等到第 ${n} 天再说`, '', '', '', '', answer, `先记下来，后面说得清第 ${n} 件事。`, '反家庭暴力法 第二条', 'jilu.xianji', '2']

async function taken(desk) {
  const { page } = desk
  const send = async (name, rows, says) => {
    await desk.open('/questions/file')
    await page.setInputFiles('#f-file', { name, mimeType: 'application/octet-stream', buffer: table('题目', [header, ...rows]) })
    await page.click('button:has-text("看看里面有什么")')
    await page.locator('main', { hasText: says }).waitFor()
  }
  await send('bad.xlsx', [row(1), row(2, ''), row(3, 'Q')], '有 2 处要改，一道也没有收')
  const says = await page.innerText('main')
  assert.match(says, /第 3 行/)
  assert.match(says, /第 4 行/)
  await send('题库.xlsx', Array.from({ length: 200 }, (_, i) => row(i + 1)), '把这 200 道收成草稿')
  assert.deepEqual(await desk.looks(), [])
  await page.click('button:has-text("把这 200 道收成草稿")')
  await page.waitForURL(/\/console\/questions$/)
  assert.match(await page.innerText('.said'), /新题 200 道/)
  assert.deepEqual(await desk.looks(), [])
  await page.check('[data-all]')
  assert.equal(await page.innerText('[data-chosen]'), '200')
  await page.click('button:has-text("交上去审")')
  await page.waitForURL(/tab=review/, { timeout: 240_000 }) // 200 transactions: SecantusDB takes a third of a second for each
  assert.match(await page.innerText('.said'), /200 道交上去了/)
  await send('题库.xlsx', Array.from({ length: 200 }, (_, i) => row(i + 1)), '200 道题库里已经有了')
}

/** changed imports a law in which an article came between, and replaces what pointed behind it. */
async function changed(desk, server) {
  const { page } = desk
  await desk.open('/law-changes')
  assert.match(await page.innerText('main'), /都没有变/)
  const before = (await server.api('GET', '/explainers/wanfeng')).body
  const file = join(corpus, '反家庭暴力法.md')
  const dir = join(server.dir, 'newer')
  mkdirSync(dir)
  writeFileSync(join(dir, '反家庭暴力法.md'), renumbered(readFileSync(file, 'utf8'), 20, '2026-11-01'))
  assert.match(await server.command('law', 'import', dir), /这些内容引用的条文变了/)
  await until('the story to say so', () => server.api('GET', '/explainers/wanfeng').then((a) => a.body.notice !== ''))
  assert.equal(before.notice, '')
  await desk.open('/law-changes')
  assert.match(await page.innerText('main'), /篇不归你改/)
  assert.deepEqual(await desk.looks(), [])
  assert.equal((await server.api('GET', '/explainers/wanfeng')).body.title, before.title) // residents see what they saw
}

/** replaced does what the page of changed laws asks, one provision after the other, until nothing is left to replace. */
async function replaced(desk) {
  const { page } = desk
  await desk.open('')
  await page.click('a:has-text("法律改了：")')
  await page.waitForURL(/law-changes/)
  assert.deepEqual(await desk.looks(), [])
  const all = await page.locator('.law-move').count()
  for (let n = 0; n < all; n++) {
    await page.locator('.law-move').nth(n).locator('button:has-text("篇里换")').click()
    await page.waitForSelector('main .said, main section[role=status]')
    assert.match(await page.innerText('main'), /换好了/)
    assert.doesNotMatch(await page.innerText('main'), /没有换：/)
    await desk.open('/law-changes') // they stay in the list until three people passed them and they are live
  }
  await desk.open('/questions?tab=review')
  assert.ok((await page.locator('tbody tr').count()) > 200)
}

async function tablet(desk) {
  for (const path of ['/write', '/questions', '/questions/file', '/law-changes']) {
    await desk.open(path)
    assert.deepEqual(await desk.looks(), [], path)
    assert.deepEqual(await desk.small(), [], path)
  }
  await begun(desk)
  assert.deepEqual(await desk.looks(), [])
  assert.deepEqual(await desk.small(), [])
}
