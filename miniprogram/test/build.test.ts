import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageOf } from '../build/bundled'
import { foreignOrigins } from '../build/strip-telemetry'
import { spoken } from '../build/roles'
import { turned } from '../build/tokens'
import icons from 'virtual:icons'

function files(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? files(join(dir, e.name)) : [join(dir, e.name)]))
}

describe('foreign origins', () => {
  it.each([
    ['url(https://cdn.example.net/img/a.png)', 1],
    ["fetch('//a.example.com/x')", 1],
    ['wss://a.example.com', 1],
    ["xmlns='http://www.w3.org/2000/svg'", 0],
    ['a // comment, and /api/v1/home', 0],
  ])('in %s', (text, count) => {
    expect(foreignOrigins(text)).toHaveLength(count)
  })

  it.each(['dist/build/h5', 'dist/build/mp-weixin'])('are in no file of %s', (dir) => {
    if (!existsSync(dir)) return expect(existsSync(dir), 'NOT RUN: no build').toBe(false)
    const found = files(dir).flatMap((f) => foreignOrigins(readFileSync(f, 'utf8')).map((o) => `${f}: ${o}`))
    expect(found).toEqual([])
  })
})

describe('the framework’s own traces', () => {
  it.each(['dist/build/h5', 'dist/build/mp-weixin'])('are not written by %s', (dir) => {
    if (!existsSync(dir)) return expect(existsSync(dir), 'NOT RUN: no build').toBe(false)
    const code = files(dir).filter((f) => f.endsWith('.js')).map((f) => readFileSync(f, 'utf8')).join('\n')
    expect(code).not.toMatch(/__DC_STAT_UUID"?\]\s*=|key:\s*"__DC_STAT_UUID"|preloadAssets/)
  })
})

describe('roles', () => {
  it('are said in WeChat’s word, in the template alone', () => {
    const code = (role: string) => `<template><view ${role}="a" :${role}="b" aria-label="role=" /></template><script>role="c"</script>`
    expect(spoken(code('role'))).toBe(code('aria-role'))
  })

  it('stand in no template of dist/build/mp-weixin in the browser’s word', () => {
    const dir = 'dist/build/mp-weixin'
    if (!existsSync(dir)) return expect(existsSync(dir), 'NOT RUN: no build').toBe(false)
    const templates = files(dir).filter((f) => f.endsWith('.wxml')).map((f) => readFileSync(f, 'utf8')).join('\n')
    expect(templates).toContain('aria-role="heading"')
    expect(templates).not.toMatch(/\srole=/)
  })
})

describe('the tokens', () => {
  const css = readFileSync('src/styles/tokens.css', 'utf8')

  it('are turned for WeChat without losing one', () => {
    const wechat = turned(css)
    expect(wechat).not.toMatch(/:root|data-look/)
    expect(wechat).toMatch(/@media \(prefers-color-scheme: dark\) \{ page \{/)
    expect(wechat.match(/--leaf:/g)).toHaveLength(2)
  })

  it('are said nowhere else', () => {
    const others = files('src').filter((f) => /\.(vue|css)$/.test(f) && !f.endsWith('tokens.css'))
    expect(others.filter((f) => /--(paper|ink|leaf|sun|clay):/.test(readFileSync(f, 'utf8')))).toEqual([])
  })

  it('reach 4.5 : 1 for text and 3 : 1 for marks, by day and by night', () => {
    const [day, night] = [css.split('@media')[0], css.split('@media')[1]].map(
      (part) => Object.fromEntries([...part.matchAll(/--([a-z0-9-]+):\s*(#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]])),
    )
    const texts = [['ink', 'paper'], ['ink', 'card'], ['ink-2', 'paper'], ['ink-2', 'card'], ['leaf', 'paper'], ['leaf', 'card'], ['on-leaf', 'leaf'], ['sun-ink', 'sun-soft'], ['clay', 'clay-soft'], ['clay', 'paper'], ['leaf', 'leaf-soft'], ['ink', 'leaf-soft'], ['ink', 'sun-soft'], ['ink', 'clay-soft'], ['leaf', 'sun-soft'], ['paper', 'ink']]
    for (const colours of [day, night]) {
      for (const [front, back] of texts) expect(contrast(colours[front], colours[back]), `${front} on ${back}`).toBeGreaterThanOrEqual(4.5)
    }
  })
})

function contrast(a: string, b: string): number {
  const light = (hex: string) => {
    const [r, g, bl] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    return 0.2126 * r + 0.7152 * g + 0.0722 * bl
  }
  const [hi, lo] = [light(a), light(b)].sort((x, y) => y - x)
  return (hi + 0.05) / (lo + 0.05)
}

describe('the icons', () => {
  it('are drawn, small, and carry no address but the vocabulary', () => {
    for (const [name, picture] of Object.entries(icons)) {
      expect(picture, name).toMatch(/^url\("data:image\/svg\+xml,%3Csvg/)
      expect(picture.length, name).toBeLessThan(1_200)
      expect(foreignOrigins(picture)).toEqual([])
    }
  })
})

describe('the packages in a build', () => {
  const root = join(__dirname, '..')
  const at = join(root, 'node_modules')
  it.each([
    [`${at}/@dcloudio/uni-h5/dist/uni-h5.es.js`, `${at}/@dcloudio/uni-h5`],
    [`\0${at}/vue/dist/vue.js?commonjs-proxy`, `${at}/vue`],
    [join(root, 'src/main.ts'), undefined],
    ['\0plugin-vue:export-helper', undefined],
    [`${at}/.cache/x.js`, undefined],
  ])('%s', (id, folder) => expect(packageOf(id)).toBe(folder))
})
