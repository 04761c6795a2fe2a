// The end-to-end suite: the real binary, walked in Chromium as a person walks it. `make e2e` runs it on the embedded
// engines, PGY_E2E=real on Redis, MinIO and MongoDB's wire protocol. PGY_WALKS names single walks (story,exit).
import { test } from 'node:test'
import { launch } from './lib/browser.mjs'
import { Server } from './lib/server.mjs'

// What counts ledger lines comes first: a line is written a moment after the answer, and later walks hand in many papers.
const names = ['scene', 'offline', 'attempts', 'story', 'exit', 'leaving', 'staying', 'addresses', 'dock', 'chrome', 'colours', 'law', 'booking', 'console', 'publishing', 'backup', 'staff-phone', 'afterwards']
// Walks whose parts do not touch each other may start several at once.
const lanes = 8
// They look at every page of the app and at what the phone keeps, which is the same whatever stores the documents: on the real
// engines they run when they are named.
const appAlone = ['exit', 'dock', 'chrome', 'colours']
const real = process.env.PGY_E2E === 'real'
const chosen = process.env.PGY_WALKS?.split(',') ?? names.filter((n) => !real || !appAlone.includes(n))

test('the classroom in Chromium', { timeout: 1_500_000 }, async (t) => {
  const server = await Server.start()
  const browser = await launch()
  t.after(async () => {
    await browser.close()
    server.clean()
  })
  console.log(`engines: ${server.engines().join(', ')}; Chromium ${browser.version()}`)
  if (real && !process.env.PGY_WALKS) console.log(`NOT RUN on these engines: ${appAlone.join(', ')} (make test runs them)`)
  for (const name of names.filter((n) => chosen.includes(n))) {
    const walk = (await import(`./walks/${name}.mjs`))[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())]
    await t.test(name, { concurrency: lanes }, (inner) => walk(inner, { browser, server }))
  }
})
