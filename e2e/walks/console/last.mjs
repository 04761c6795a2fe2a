// What holds for every page of the console, whoever reads it: axe's rules, nothing cut or pale, fingers on a tablet, and no
// script from any text field. Pages are found by following links as each role, so an area that adds pages adds nothing here.
import assert from 'node:assert/strict'
import { Desk, kindOf } from '../../lib/desk.mjs'
import { bundles, vectors } from '../../lib/vectors.mjs'
import { score } from '../../lib/score.mjs'

// Whose pages differ: one of each kind of work.
const roles = ['zhiyuan', 'yishen', 'sanshen', 'fabu', 'dudao', 'guanli1']
const leaving = /sign-out|suspension|sessions|\/sign-in/ // forms that end somebody's session

export async function steps(t, { browser, server }) {
  await t.test('every page, by every rule', () => everyRule(browser, server))
  await t.test('no text field runs a script', () => noScript(browser, server))
}

async function everyRule(browser, server) {
  const faults = []
  const looked = new Set()
  for (const login of roles) {
    for (const size of ['desk', 'tablet']) {
      await Desk.use(browser, server, { login, size, night: size === 'tablet' && login === 'guanli1' }, async (desk) => {
        await desk.everyPage(async (path, kind) => {
          if (looked.has(`${size} ${kind}`)) return
          looked.add(`${size} ${kind}`)
          faults.push(...(await desk.looks()).map((f) => `${size} ${path}: ${f}`))
          if (size === 'tablet') faults.push(...(await desk.small()).map((f) => `${path}: ${f}`))
        })
      })
    }
  }
  const seeded = await Desk.use(browser, server, { login: 'guanli1' }, async (desk) => {
    await desk.open('/audit')
    await desk.page.evaluate(() => document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=x><input name=nameless>'))
    return desk.looks()
  })
  assert.ok(seeded.some((f) => f.startsWith('axe image-alt')) && seeded.some((f) => f.startsWith('axe label')), 'the rules do not see a picture without words')
  globalThis.console.log(`${looked.size} kinds of page, ${faults.length} faults`)
  // The scoreboard is the last that a run prints: it names some, for a fault may show only on a slow machine.
  const some = [faults.length, ...faults.filter((_, i) => i % Math.ceil(faults.length / 4) === 0)].join('; ').slice(0, 600)
  score('console', 'console: faults of axe, cut or pale text, targets', some, faults.length === 0, `${seeded.length} found on a page with a planted picture and field`)
  assert.deepEqual(faults, [])
}

async function noScript(browser, server) {
  assert.ok(vectors.length >= 500, `only ${vectors.length} vectors`)
  const control = await planted(browser, server)
  assert.ok(control.open.ran > 50, `without escaping and policy only ${control.open.ran} run`)
  assert.ok(control.policy.ran === 0 && control.policy.stopped > 50, 'the policy alone does not stop them')
  const found = { ran: 0, stopped: [], fields: new Set() }
  await Desk.use(browser, server, {}, async (desk) => {
    await desk.open('/sign-in')
    for (const form of await textForms(desk.page)) {
      found.fields.add(`post ${kindOf(form.action)}`)
      await attack(desk, { ...form, path: '/console/sign-in' }, found)
    }
  })
  for (const login of [...roles, 'shenji']) {
    await Desk.use(browser, server, { login }, async (desk) => {
      const forms = new Map()
      await desk.everyPage(async (path) => {
        for (const form of await textForms(desk.page)) if (!leaving.test(form.action)) forms.set(`${form.method} ${kindOf(form.action)} ${form.fields.join()}`, { ...form, path })
      })
      for (const [key, form] of forms) {
        if (found.fields.has(key)) continue
        found.fields.add(key)
        await attack(desk, form, found)
      }
      // What was stored is seen on every page.
      await desk.everyPage(async (path) => note(await desk.executed(), path, found))
    })
  }
  globalThis.console.log(`${vectors.length} vectors through ${found.fields.size} forms; ran ${found.ran}, stopped by the policy ${found.stopped.length}; control ${control.open.ran} and ${control.policy.stopped}`)
  score('console', 'console: scripts run by 500 vectors in every text field', found.ran, found.ran === 0, `without escaping and policy ${control.open.ran} ran; without escaping the policy stopped ${control.policy.stopped}`)
  assert.equal(found.ran, 0)
  assert.deepEqual(found.stopped, [], 'a text reached a page unescaped, and the policy stopped it')
  assert.ok(found.fields.size >= 3, `only ${[...found.fields]}`)
}

/** textForms lists the forms of a page that take words, each with its way. */
const textForms = (page) => page.evaluate(() => [...document.forms].map((form, index) => ({
  index, method: form.method, action: form.action,
  fields: [...form.elements].filter((e) => e.matches('textarea, input:not([type]), input[type=text], input[type=search], input[type=tel], input[type=url], input[type=email], input[type=hidden]')).map((e) => e.name).filter(Boolean),
  words: [...form.elements].filter((e) => e.matches('textarea, input:not([type]), input[type=text], input[type=search], input[type=tel], input[type=url], input[type=email]') && !e.closest('dialog')).length,
})).filter((f) => f.words > 0))

/** attack sends every vector through a form as its browser would, and looks at what came back. */
async function attack(desk, form, found) {
  for (const text of bundles(form.method === 'get' ? 25 : 130)) {
    await desk.open(form.path)
    const there = await desk.page.evaluate(({ index, text }) => {
      const form = document.forms[index]
      if (!form) return false
      for (const e of form.elements) if (e.matches('textarea, input:not([type]), input[type=text], input[type=search], input[type=tel], input[type=url], input[type=email]')) { e.removeAttribute('maxlength'); e.value = text }
      return true
    }, { index: form.index, text })
    if (!there) return
    await Promise.all([desk.page.waitForNavigation(), desk.page.evaluate((i) => HTMLFormElement.prototype.submit.call(document.forms[i]), form.index)])
    note(await desk.executed(), `${form.method} ${form.action}`, found)
  }
}

function note({ ran, stopped }, where, found) {
  found.ran += ran
  found.stopped.push(...stopped.map((s) => `${where}: ${s}`))
}

/** planted puts the vectors into a page unescaped: without a policy they run, with the console's they are stopped. */
async function planted(browser, server) {
  const policy = (await fetch(`${server.url}/console/sign-in`)).headers.get('content-security-policy')
  const result = {}
  for (const [name, headers] of Object.entries({ open: {}, policy: { 'Content-Security-Policy': policy } })) {
    result[name] = await Desk.use(browser, server, { strangersExpected: true }, async ({ page }) => {
      const found = { ran: 0, stopped: 0 }
      for (let i = 0; i < vectors.length; i += 4) {
        await page.unroute('**/planted').catch(() => {})
        await page.route('**/planted', (route) => route.fulfill({ contentType: 'text/html', headers, body: `<!doctype html><body>${vectors[i]}` }))
        await page.goto('/console/planted', { waitUntil: 'load' }).catch(() => {})
        const { ran, stopped } = await page.evaluate(() => ({ ran: window.ranHere, stopped: window.stopped.length }))
        found.ran += ran > 0 ? 1 : 0
        found.stopped += stopped > 0 ? 1 : 0
      }
      return found
    })
  }
  return result
}
