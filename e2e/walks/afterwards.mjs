// What the server is like after all of it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { real } from '../lib/engines.mjs'

const mostResident = 120

export async function afterwards(t, { server }) {
  await t.test('memory', () => {
    const resident = server.resident()
    console.log(`resident after the suite: ${resident.toFixed(0)} MB`)
    if (!real) assert.ok(resident <= mostResident, `${resident.toFixed(0)} MB`)
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
  if (!real) await t.test('the scanned sittings lie under their project in the store', () => stored(server))
}

/** stored looks into the embedded engine's file: a ledger line of the scanned project, and none that names a member. */
function stored(server) {
  const file = readFileSync(join(server.data, 'documents.db')).toString('latin1')
  assert.match(file, /quiz\.sat[^]{0,120}152221000000[^]{0,120}demo-banner[^]{0,60}demo2/)
}
