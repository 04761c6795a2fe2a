// What an onlooker sees without asking: titles, addresses, file names, share cards. The strings are collected from the
// running app and checked against the lexicon of internal/notify by neutral_test.go beside this folder.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Phone } from '../lib/browser.mjs'
import { docked, reach, somebody } from '../lib/app.mjs'
import { root } from '../lib/server.mjs'

export async function chrome(t, { browser, server }) {
  const strings = new Set()
  await t.test('titles and addresses are collected from every page', () => collect(browser, server, strings))
  await t.test('none of them says what the app is about', async () => {
    const file = join(server.dir, 'chrome.json')
    writeFileSync(file, JSON.stringify([...strings]))
    const output = execFileSync('go', ['test', '-count=1', '-run', 'TestChrome', '-v', './e2e'], { cwd: root, env: { ...process.env, PGY_CHROME: file }, encoding: 'utf8' })
    assert.match(output, new RegExp(`--- PASS: TestChromeIsNeutral`))
  })
}

async function collect(browser, server, strings) {
  const her = await somebody(server)
  await Phone.use(browser, server, { name: 'chrome', storageState: her.storageState }, async (phone) => {
    for (const { path, title } of docked) {
      await phone.home()
      await reach(phone.page, path)
      assert.equal(await phone.page.title(), title, `the title of ${path} is not the one of pages.json`)
      strings.add(title).add(phone.page.url().replace(server.url, ''))
      for (const text of await phone.page.evaluate(() => [...document.head.querySelectorAll('meta[name=description],meta[property],link[rel~=icon],link[rel=manifest]')].map((e) => e.content || e.href))) {
        if (!text.startsWith('data:')) strings.add(text)
      }
    }
    for (const request of phone.seen) strings.add(request.path)
  })
  const stories = (await server.api('GET', '/explainers')).body.items
  for (const { slug } of stories) {
    const story = (await server.api('GET', `/explainers/${slug}`)).body
    strings.add(slug).add(story.shareTitle)
  }
  // A hash of all letters would spell such a word by chance, in one build of many.
  const hashed = [...strings].filter((s) => s.startsWith('/assets/'))
  assert.ok(hashed.length > 5, `only ${hashed.length} files of the app`)
  assert.deepEqual(hashed.filter((s) => !/[.-][0-9a-f]{8}\.(js|css)$/.test(s)), [], 'names that are not hashed by digits and a to f')
  assert.ok(strings.size > 50, `only ${strings.size} strings`)
}
