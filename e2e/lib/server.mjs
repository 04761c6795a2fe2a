// The real binary, started on a free port and a fresh data folder, and what its operator can ask it.
import { spawn, execFile } from 'node:child_process'
import { mkdtempSync, openSync, readFileSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort, settings, stopEngines } from './engines.mjs'
import { until } from './until.mjs'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const binary = process.env.PGY_BINARY ?? join(root, 'bin', 'pugongying')
const run = promisify(execFile)

/** Server is one running binary. */
export class Server {
  /** start runs the suite's server on its engines; with `alone` on the embedded ones, `set` adds settings, `dir` takes up an earlier folder. */
  static async start({ alone = false, set = [], dir } = {}) {
    if (!existsSync(binary)) throw new Error(`${binary} is not there: run make build first`)
    const server = new Server()
    server.dir = dir ?? mkdtempSync(join(tmpdir(), 'pgy-e2e-'))
    server.data = join(server.dir, 'data')
    server.logFile = join(server.dir, 'log')
    const engines = alone ? set : [...(await settings(server.dir)), ...set]
    const address = `127.0.0.1:${await freePort()}`
    server.url = `http://${address}`
    const log = openSync(server.logFile, 'w')
    const flags = ['serve', '--config', join(root, 'configs', 'pugongying.test.yaml'), '--listen', address, '--data', server.data]
    server.child = spawn(binary, [...flags, ...engines.flatMap((e) => ['--set', e])], { stdio: ['ignore', log, log], env: { PATH: process.env.PATH, HOME: server.dir } })
    server.ended = new Promise((done) => server.child.on('exit', (code, signal) => done(signal ?? code)))
    await until('the server to be ready', () => {
      if (server.child.exitCode !== null) throw new Error(`the server ended: ${server.log()}`)
      return fetch(`${server.url}/readyz`).then((r) => r.ok, () => false)
    })
    process.on('exit', () => server.child.kill('SIGKILL'))
    return server
  }

  log() {
    return readFileSync(this.logFile, 'utf8')
  }

  lines() {
    return this.log().split('\n').filter(Boolean).map((line) => {
      try {
        return JSON.parse(line)
      } catch {
        return { level: 'RAW', msg: line }
      }
    })
  }

  engines() {
    return this.lines().filter((l) => l.msg === 'engine').map((l) => l.engine)
  }

  /** api asks as anybody could, outside the browser. */
  async api(method, path, { body, token, code } = {}) {
    const headers = { Accept: 'application/json', ...(body ? { 'Content-Type': 'application/json' } : {}) }
    if (token) headers.Authorization = `Bearer ${token}`
    if (code) headers['X-Keeping-Code'] = code
    const answer = await fetch(`${this.url}/api/v1${path}`, { method, headers, body: body ? JSON.stringify(body) : undefined })
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : undefined }
  }

  /** command runs one of the binary's own commands beside this server and gives what it printed. */
  async command(...words) {
    const { stdout } = await run(binary, [...words, '--data', this.data], { env: { PATH: process.env.PATH } })
    return stdout
  }

  /** ledger runs `pugongying ledger verify` through the operator's socket; it fails where totals and lines differ. */
  async ledger() {
    const stdout = await this.command('ledger', 'verify')
    const [lines, waiting, totals, differences] = stdout.match(/\d+/g).map(Number)
    return { lines, waiting, totals, differences }
  }

  /** counted is the ledger once every line is counted in its total. */
  async counted(lines) {
    return until(`${lines} ledger lines`, async () => {
      const now = await this.ledger()
      return now.lines >= lines && now.waiting === 0 && now
    })
  }

  resident() {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) / 1024
  }

  /** stop asks the server to end as its service manager would, and gives its exit code. */
  stop() {
    this.child.kill('SIGTERM')
    return this.ended
  }

  /** clean removes what the suite made, the engines with it. */
  clean() {
    stopEngines()
    this.remove()
  }

  /** remove ends this server and removes its folder. */
  remove() {
    this.child.kill('SIGKILL')
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }
}
