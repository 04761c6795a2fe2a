import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { routes } from '@/core/nav'
import { shareHome } from '@/core/words'

/** Words that would tell an onlooker what this is about. */
const telling = /暴力|家暴|施暴|受害|虐待|殴打|报案|诉讼|起诉|法院|律师|离婚|保护令|告诫|咨询|心理|维权|妇联|求助|举报|violen|abuse|victim|lawsuit|court|counsel|divorce|jiabao|baohuling|sos/i

interface PageJson {
  path: string
  style: { navigationBarTitleText: string }
}

function vueFiles(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((e) =>
    e.isDirectory() ? vueFiles(join(dir, e.name)) : e.name.endsWith('.vue') ? [join(dir, e.name)] : [],
  )
}

function shown(): string[] {
  const pages = JSON.parse(readFileSync('src/pages.json', 'utf8'))
  const all: PageJson[] = [...pages.pages, ...pages.subPackages.flatMap((s: { pages: PageJson[] }) => s.pages)]
  const manifest = JSON.parse(readFileSync('src/manifest.json', 'utf8'))
  const titles = vueFiles('src').flatMap((f) => [...readFileSync(f, 'utf8').matchAll(/<app-screen[^>]*?\btitle="([^"]+)"/g)].map((m) => m[1]))
  return [
    ...all.flatMap((p) => [p.path, p.style.navigationBarTitleText]),
    ...pages.subPackages.map((s: { root: string }) => s.root),
    ...pages.tabBar.list.map((t: { text: string }) => t.text),
    ...Object.values(routes),
    ...titles,
    manifest.name,
    manifest.h5.title,
    shareHome.title,
    shareHome.path,
    readFileSync('index.html', 'utf8'),
  ]
}

describe('what an onlooker can read', () => {
  it('carries no telling word', () => {
    const strings = shown()
    expect(strings.length).toBeGreaterThan(50)
    expect(strings.filter((s) => telling.test(s))).toEqual([])
  })

  it('would be caught if it did', () => {
    expect(['反家庭暴力', '心理咨询', 'pages/divorce/divorce'].every((s) => telling.test(s))).toBe(true)
  })

  it('knows every page under one of the routes', () => {
    const pages = JSON.parse(readFileSync('src/pages.json', 'utf8'))
    const paths = [
      ...pages.pages.map((p: PageJson) => `/${p.path}`),
      ...pages.subPackages.flatMap((s: { root: string; pages: PageJson[] }) => s.pages.map((p) => `/${s.root}/${p.path}`)),
    ]
    expect(Object.values(routes).sort()).toEqual(paths.sort())
  })
})

describe('every page', () => {
  const pages = vueFiles('src').filter((f) => /src\/(pages|read|law|quiz|mine|pen)\/(?!app-)/.test(f))

  it('but the almanac stands in the one frame with the one dock', () => {
    const without = pages.filter((f) => !readFileSync(f, 'utf8').includes('<app-screen'))
    expect(without).toEqual(['src/pages/almanac/almanac.vue'])
    const docks = vueFiles('src').filter((f) => readFileSync(f, 'utf8').includes('<app-dock'))
    expect(docks).toEqual(['src/components/app-away/app-away.vue', 'src/components/app-screen/app-screen.vue'])
  })

  it('that tells something is marked sensitive, and shares only the way home', () => {
    const sensitive = pages.filter((f) => /<app-screen[^>]*\bsensitive\b/.test(readFileSync(f, 'utf8')))
    expect(sensitive.map((f) => f.split('/').pop()!.replace('.vue', '')).sort()).toEqual(
      ['acts', 'article', 'attempt', 'changes', 'claim', 'confirm', 'data', 'door', 'drafts', 'help', 'join', 'keeping', 'law', 'laws', 'me', 'mistakes', 'result', 'search', 'shelf', 'story', 'traces', 'write'],
    )
    for (const f of sensitive) {
      const shares = readFileSync(f, 'utf8').match(/onShareAppMessage\(\(\) => .*/g) ?? []
      expect(shares.every((s) => s.includes('path: shareHome.path'))).toBe(true)
    }
  })

  it('says 你, never 您', () => {
    expect(vueFiles('src').filter((f) => readFileSync(f, 'utf8').includes('您'))).toEqual([])
  })
})
