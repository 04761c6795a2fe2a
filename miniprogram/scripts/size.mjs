// Prints what a first visit loads and what WeChat downloads, and refuses what is over budget.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const kB = 1000
const budgets = { h5: 120 * kB, weixin: 500 * kB }
/** What the browser fetches at the first visit besides the entry, which holds the two pages that must open without network. */
const early = ['pages-home-home']

const rows = []
const over = []
const row = (name, bytes, budget) => {
  rows.push(`${name.padEnd(34)} ${(bytes / kB).toFixed(1).padStart(8)} kB${budget ? `   of ${budget / kB}` : ''}`)
  if (budget && bytes > budget) over.push(name)
}

function files(dir) {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}

function firstLoad(dir) {
  const html = readFileSync(join(dir, 'index.html'), 'utf8')
  const wanted = new Set([...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map((m) => basename(m[1])))
  const entry = readFileSync(join(dir, 'assets', [...wanted].find((f) => f.endsWith('.js'))), 'utf8')
  const listed = JSON.parse(/m\.f\|\|\(m\.f=(\[[^\]]*\])/.exec(entry)?.[1] ?? '[]')
  for (const page of early) {
    const call = new RegExp(`import\\("\\./${page}[^"]*"\\),__vite__mapDeps\\(\\[([\\d,]*)\\]`).exec(entry)
    if (!call) throw new Error(`size: ${page} is loaded in a way this script does not know`)
    for (const i of call[1].split(',')) if (i !== '') wanted.add(basename(listed[Number(i)]))
  }
  for (const name of wanted) {
    if (!name.endsWith('.js')) continue
    const code = readFileSync(join(dir, 'assets', name), 'utf8')
    for (const m of code.matchAll(/(?:from|^import|;import)\s*"\.\/([^"]+\.js)"/g)) wanted.add(m[1])
  }
  return ['index.html', ...[...wanted].map((name) => join('assets', name))]
}

function h5(dir) {
  const loaded = firstLoad(dir)
  const bytes = (name) => gzipSync(readFileSync(join(dir, name)), { level: 9 }).length
  for (const name of loaded.filter((n) => bytes(n) > 3 * kB)) row(`  ${basename(name).replace(/[.-][\w-]{8}\.(js|css)$/, '.$1')}`, bytes(name))
  row(`H5 first load, gzip (${loaded.length} files)`, loaded.reduce((sum, n) => sum + bytes(n), 0), budgets.h5)
}

function weixin(dir) {
  const roots = JSON.parse(readFileSync(join(dir, 'app.json'), 'utf8')).subPackages.map((s) => s.root)
  const size = (list) => list.reduce((sum, f) => sum + statSync(f).size, 0)
  const all = files(dir)
  const own = (root) => all.filter((f) => f.startsWith(join(dir, root) + '/'))
  row('WeChat main package', size(all.filter((f) => !roots.some((r) => f.startsWith(join(dir, r) + '/')))), budgets.weixin)
  for (const root of roots) row(`WeChat sub-package ${root}`, size(own(root)), budgets.weixin)
}

const builds = { 'dist/build/h5': h5, 'dist/build/mp-weixin': weixin }
for (const [dir, measure] of Object.entries(builds)) {
  if (existsSync(dir)) measure(dir)
  else over.push(`${dir} is not built`)
}
console.log(rows.join('\n'))
if (over.length) {
  console.error(`over budget: ${over.join(', ')}`)
  process.exit(1)
}
