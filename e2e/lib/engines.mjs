// The engines of the walk: none by default (the binary brings its own), the real ones with PGY_E2E=real. Each runs on a
// free loopback port and a folder of its own and is stopped by its process id.
import { spawn } from 'node:child_process'
import { accessSync, constants, existsSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { connect } from 'node:net'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { randomBytes } from 'node:crypto'
import { initiateReplicaSet, speaksMongo } from './mongo.mjs'
import { until } from './until.mjs'

export const real = process.env.PGY_E2E === 'real'

/** missing prints NOT RUN for an engine that is not here, and fails where PGY_REQUIRE names it. */
export function missing(engine, why) {
  const line = `NOT RUN: ${engine}: ${why}`
  console.log(line)
  if ((process.env.PGY_REQUIRE ?? '').split(',').map((e) => e.trim()).includes(engine)) throw new Error(`${line}, and PGY_REQUIRE asks for it`)
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer().on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

const started = []

/** start runs a program until stop; its output goes to a file in its folder. */
function start(program, args, env = {}) {
  const child = spawn(program, args, { stdio: 'ignore', env: { PATH: process.env.PATH, HOME: homedir(), ...env } })
  child.on('error', (failure) => console.log(`${program}: ${failure.message}`))
  started.push(child)
  return child
}

export function stopEngines() {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
}
process.on('exit', stopEngines)

function onPath(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return join(folder, program)
    } catch {
      continue
    }
  }
  return ''
}

const cache = process.env.PGY_CACHE ?? join(homedir(), '.cache', 'pugongying')
const firstThere = (...paths) => paths.find((p) => p && existsSync(p)) ?? ''

const answers = (port, say, expected) =>
  new Promise((resolve) => {
    const line = connect(port, '127.0.0.1', () => line.write(say))
    line.setTimeout(1000, () => line.destroy())
    line.on('data', (d) => { resolve(d.toString().includes(expected)); line.destroy() })
    line.on('close', () => resolve(false)).on('error', () => resolve(false))
  })

async function redis() {
  const program = onPath('redis-server')
  if (!program) return missing('redis', 'no redis-server on PATH')
  const port = await freePort()
  start(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'])
  await until('redis-server', () => answers(port, 'PING\r\n', 'PONG'))
  return (n) => [`redis.url=redis://127.0.0.1:${port}/${n}`]
}

async function s3(dir) {
  const program = firstThere(process.env.PGY_MINIO, onPath('minio'), join(cache, 'bin', 'minio'))
  if (!program) return missing('s3', 'no minio (PGY_MINIO, PATH, make conformance)')
  const [port, console_] = [await freePort(), await freePort()]
  const [access, secret] = [`test-${randomBytes(4).toString('hex')}`, randomBytes(16).toString('hex')]
  start(program, ['server', '--quiet', '--address', `127.0.0.1:${port}`, '--console-address', `127.0.0.1:${console_}`, join(dir, 'minio')],
    { MINIO_ROOT_USER: access, MINIO_ROOT_PASSWORD: secret, MINIO_BROWSER: 'off', MINIO_UPDATE: 'off', HOME: dir })
  // Unsigned, so refused: until it serves it says 503.
  await until('minio', () => fetch(`http://127.0.0.1:${port}/`).then((r) => r.status === 403, () => false))
  writeFileSync(join(dir, 's3-access'), access, { mode: 0o600 })
  writeFileSync(join(dir, 's3-secret'), secret, { mode: 0o600 })
  return (n) => [`s3.bucket=pugongying-${n}`, `s3.endpoint=http://127.0.0.1:${port}`, `s3.access_key_file=${join(dir, 's3-access')}`, `s3.secret_key_file=${join(dir, 's3-secret')}`]
}

async function mongo(dir) {
  const name = `pgy_e2e_${randomBytes(4).toString('hex')}`
  if (process.env.MONGODB_URI) {
    writeFileSync(join(dir, 'mongo-uri'), process.env.MONGODB_URI, { mode: 0o600 })
    return (n) => [`mongo.uri_file=${join(dir, 'mongo-uri')}`, `mongo.database=${name}_${n}`]
  }
  const port = await freePort()
  const mongod = onPath('mongod')
  const secantus = firstThere(process.env.PGY_SECANTUS, join(cache, 'secantus', 'bin', 'secantusd-py'))
  if (mongod) start(mongod, ['--bind_ip', '127.0.0.1', '--port', String(port), '--dbpath', dir, '--replSet', 'test'])
  else if (secantus) start(secantus, ['--host', '127.0.0.1', '--port', String(port), '--storage-path', join(dir, 'secantus'), '--sync-on-commit', '--log-level', 'ERROR'])
  else return missing('mongo', 'no MONGODB_URI, no mongod on PATH, no SecantusDB (make conformance)')
  await until("MongoDB's wire protocol", () => speaksMongo(port), 60_000)
  if (mongod) await initiateReplicaSet(port)
  return (n) => [`mongo.uri=mongodb://127.0.0.1:${port}/?directConnection=true`, `mongo.database=${name}_${n}`]
}

let engines
let servers = 0

/**
 * settings gives the binary's settings that lead to the real engines, which the first call starts: one of each, and for every
 * server a database and a bucket of its own.
 */
export async function settings(dir) {
  if (!real) return []
  engines ??= Promise.all([redis(), s3(dir), mongo(dir)])
  const n = servers++
  return (await engines).flatMap((one) => one?.(n) ?? [])
}
