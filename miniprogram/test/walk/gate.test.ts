import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from './phone'

const { wxmlToJs, wxssToJs } = createRequire(import.meta.url)('miniprogram-compiler') as {
  wxmlToJs(dir: string): string
  wxssToJs(dir: string): string
}

function files(dir: string, ext: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? files(join(dir, e.name), ext) : e.name.endsWith(ext) ? [join(dir, e.name)] : [],
  )
}

function broken(wxml: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'wcc-'))
  mkdirSync(join(dir, 'pages'))
  writeFileSync(join(dir, 'app.json'), '{"pages":["pages/a"]}')
  writeFileSync(join(dir, 'pages/a.json'), '{}')
  writeFileSync(join(dir, 'pages/a.wxml'), wxml)
  return dir
}

describe('WeChat’s own compiler', () => {
  it('takes every WXML of the package', () => {
    const compiled = wxmlToJs(root)
    const missing = files(root, '.wxml').map((f) => relative(root, f)).filter((f) => !compiled.includes(f))
    expect(missing).toEqual([])
  })

  it('takes every WXSS of the package', () => {
    expect(wxssToJs(root).length).toBeGreaterThan(1_000)
  })

  it('would refuse a broken one', () => {
    expect(() => wxmlToJs(broken('<view><text></view>'))).toThrow(/expect end-tag/)
  })
})

describe('the package', () => {
  const app = JSON.parse(readFileSync(join(root, 'app.json'), 'utf8'))

  it('asks before a privacy call, follows the night, and holds help and almanac in the main part', () => {
    expect(app).toMatchObject({ __usePrivacyCheck__: true, darkmode: true, themeLocation: 'theme.json' })
    expect(app.pages).toEqual(expect.arrayContaining(['pages/help/help', 'pages/almanac/almanac']))
    expect(app.pages[0]).toBe('pages/home/home')
  })

  it('writes storage in one place and writes no device id', () => {
    const callers = files(root, '.js').filter((f) => /\b(set|remove|clear)Storage(Sync)?\(/.test(readFileSync(f, 'utf8')))
    expect(callers.map((f) => relative(root, f))).toEqual(['core/storage.js'])
    expect(readFileSync(join(root, 'common/vendor.js'), 'utf8')).not.toMatch(/__DC_STAT_UUID|preloadAssets/)
  })

  it('makes every component virtual and open to the one stylesheet', () => {
    const components = files(root, '.json').filter((f) => f.includes('/app-'))
    expect(components.length).toBeGreaterThan(15)
    for (const f of components) {
      expect(readFileSync(f.replace(/json$/, 'js'), 'utf8'), f).toMatch(/virtualHost:!0,styleIsolation:"apply-shared"/)
    }
  })
})
