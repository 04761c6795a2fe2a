// What the server is like after all of it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { real } from '../lib/engines.mjs'
import { until } from '../lib/until.mjs'

const mostResident = 120

export async function afterwards(t, { server }) {
  await t.test('memory', async () => {
    const busy = server.resident()
    // The law that came in last is being indexed at this moment; what that took is given back within seconds.
    const backToRest = () => server.resident() <= mostResident
    if (!real) await until(`at most ${mostResident} MB, now ${server.resident().toFixed(0)}`, backToRest)
    console.log(`resident after the suite: ${server.resident().toFixed(0)} MB (${busy.toFixed(0)} MB at its end)`)
  })
  await t.test('the ledger agrees with its totals', async () => {
    const ledger = await server.ledger()
    assert.ok(ledger.lines > 0)
    assert.equal(ledger.differences, 0)
  })
  await t.test('the log holds no panic and no failure', () => {
    const lines = server.lines()
    assert.ok(lines.some((l) => l.status === 200), 'no request is in the log')
    assert.deepEqual(lines.filter((l) => l.status >= 500 || l.level === 'ERROR' || l.level === 'RAW' || /panic|goroutine/.test(l.msg)), [])
  })
  await t.test('it stops when asked, with nothing left undone', async () => {
    assert.equal(await server.stop(), 0)
    assert.equal(server.lines().at(-1).level, 'INFO')
  })
  if (!real) await t.test('the scanned attempts lie under their project in the store', () => stored(server))
}

/** stored looks into the embedded engine's file: a ledger line of the scanned project, and none that names a member. */
function stored(server) {
  const file = readFileSync(join(server.data, 'documents.db')).toString('latin1')
  // Not assert.match: it would print the whole file.
  assert.ok(/quiz\.sat[^]{0,120}152221000000[^]{0,120}demo-banner[^]{0,60}demo2/.test(file), 'no line of the scanned project is in the file')
}
