// The drill: people use the classroom, it is backed up beside them, one of them leaves, the machine is lost. What was
// acknowledged before the backup comes back in an empty folder with the root key from elsewhere; she does not.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { score } from '../lib/score.mjs'
import { binary, root, Server } from '../lib/server.mjs'

const people = 12
const kills = 4

export async function backup(t, { server }) {
  const elsewhere = mkdtempSync(join(tmpdir(), 'pgy-elsewhere-'))
  const folder = mkdtempSync(join(tmpdir(), 'pgy-backups-'))
  const identity = join(elsewhere, 'identity')
  const rootKey = join(elsewhere, 'root.key')
  copyFileSync(join(server.data, 'root.key'), rootKey)
  t.after(() => [elsewhere, folder].forEach((dir) => rmSync(dir, { recursive: true, force: true })))
  const [recipient] = (await server.command('backup', 'key', identity)).match(/age1\w+/)
  const make = () => timed(() => server.command('backup', folder, '--to', recipient))

  const acknowledged = []
  for (let i = 0; i < people; i++) acknowledged.push(await someone(server))
  const [leaver, ...others] = acknowledged
  await make()
  assert.equal((await server.api('DELETE', '/me', { token: leaver.token })).status, 204)
  let last = await make()

  await t.test('a backup that is killed is none, and harms none', async () => {
    let cut = 0
    for (let i = 0; i < kills; i++) {
      cut += await killed(['backup', folder, '--to', recipient, '--data', server.data], Math.random() * last.seconds * 1000)
      assert.match(await server.command('backup', 'verify', folder), /完整的备份 \d+ 份/)
    }
    assert.ok(cut > 0, 'control: no backup was at work when it was killed')
    last = await make()
    assert.match(await server.command('backup', 'verify', folder, '--identity', identity), /最新一份打开看过/)
  })

  await t.test('a flipped byte is found and named', async () => {
    const file = chunk(folder)
    const whole = readFileSync(file)
    const flipped = Buffer.from(whole)
    flipped[flipped.length >> 1] ^= 1
    writeFileSync(file, flipped)
    await assert.rejects(server.command('backup', 'verify', folder), (failure) => failure.stdout.includes(file))
    writeFileSync(file, whole)
    await server.command('backup', 'verify', folder)
  })

  const dir = mkdtempSync(join(tmpdir(), 'pgy-restored-'))
  const data = join(dir, 'data')
  mkdirSync(data, { mode: 0o700 })
  copyFileSync(rootKey, join(data, 'root.key'))
  const restore = ['restore', folder, '--identity', identity, '--data', data]
  await t.test('a restore that is killed is never served', async () => {
    for (let wait = 30; ; wait += 30) {
      if (!(await killed(restore, wait))) break // it was done
      if (!existsSync(join(data, 'documents.db')) || statSync(join(data, 'documents.db')).size === 0) continue
      if ((await outcome(['law', 'list', '--data', data])).text.includes('上一次恢复没有做完')) break
    }
  })

  await t.test('what was acknowledged before the backup is there, and she who left is not', async () => {
    const begun = Date.now()
    const again = await outcome(restore)
    assert.ok(again.status === 0 || again.text.includes('这里已经有数据'), again.text)
    const restored = await Server.start({ alone: true, dir })
    const rto = (Date.now() - begun) / 1000
    t.after(() => restored.remove())
    let lost = 0
    for (const one of others) lost += !(await sameAs(restored, one))
    assert.equal(lost, 0, `${lost} of ${others.length} are lost`)
    assert.equal((await restored.api('GET', '/me', { token: leaver.token })).status, 401)
    assert.equal(await sameAs(restored, { ...others[0], token: `${others[0].token}x` }), false, 'control: anybody is found')
    const ledger = await restored.ledger()
    assert.equal(ledger.differences, 0)
    const minutes = Number(/OnUnitActiveSec=(\d+)min/.exec(readFileSync(join(root, 'configs', 'pugongying-backup.timer'), 'utf8'))[1])
    const rpo = minutes * 60 + last.seconds
    console.log(`restore drill: RPO ${rpo.toFixed(1)} s (a backup every ${minutes} minutes, which takes ${last.seconds.toFixed(1)} s), RTO ${rto.toFixed(1)} s, from ${server.engines()[0]} into ${restored.engines()[0]}`)
    score(t.name, 'restore drill: RPO', `${rpo.toFixed(1)} s`, rpo <= 300, 'a killed backup does not count')
    score(t.name, 'restore drill: RTO', `${rto.toFixed(1)} s`, rto <= 1800, 'an invented session is not found')
    score(t.name, 'restore drill: hashes and totals equal', again.status === 0 || again.text.includes('这里已经有数据') ? 'yes' : 'no', ledger.differences === 0, 'a flipped byte is found and named')
  })
}

/** someone is a guest who stays signed in and handed a paper in. */
async function someone(server) {
  const { token } = (await server.api('POST', '/sessions', { body: { provider: 'guest', remember: true } })).body
  const { id } = (await server.api('POST', '/me/daily', { body: {}, token })).body
  const result = (await server.api('POST', `/attempts/${id}/submission`, { body: {}, token })).body
  assert.ok(token && id && result)
  return { token, id, result }
}

/** sameAs says whether a server knows someone and gives her the same result. */
async function sameAs(server, { token, id, result }) {
  if ((await server.api('GET', '/me', { token })).status !== 200) return false
  const again = await server.api('POST', `/attempts/${id}/submission`, { body: {}, token })
  return again.status === 200 && JSON.stringify(again.body) === JSON.stringify(result)
}

async function timed(work) {
  const begun = Date.now()
  const out = await work()
  return { out, seconds: (Date.now() - begun) / 1000 }
}

function run(words) {
  return spawn(binary, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { PATH: process.env.PATH, HOME: tmpdir() } })
}

/** killed ends a command after some milliseconds and says whether it was still at work. */
function killed(words, after) {
  const child = run(words)
  child.stdout.resume()
  child.stderr.resume()
  setTimeout(() => child.kill('SIGKILL'), after)
  return new Promise((done) => child.on('close', (code, signal) => done(signal === 'SIGKILL')))
}

/** outcome is what a command printed and its exit status. */
function outcome(words) {
  const child = run(words)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part))
  return new Promise((done) => child.on('close', (status) => done({ status, text })))
}

/** chunk is the path of one of a backup's files. */
function chunk(folder) {
  const under = join(folder, 'documents', 'chunks')
  const first = readdirSync(under).find((name) => readdirSync(join(under, name)).length > 0)
  return join(under, first, readdirSync(join(under, first))[0])
}
