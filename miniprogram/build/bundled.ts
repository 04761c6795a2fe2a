// Lists the npm packages whose code is in a build, beside the build: their licence texts go into the archive.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Plugin } from 'vite'

type Bundled = { name: string; version: string; license: string; folder: string }

/** packageOf is the folder of the npm package a module belongs to, undefined for our own and for virtual ones. */
export function packageOf(id: string): string | undefined {
  const at = id.replace(/^\0/, '').split('?')[0]
  if (!at.includes('/node_modules/')) return undefined
  for (let folder = dirname(at); !folder.endsWith('/node_modules') && folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version) return folder
  }
  return undefined
}

export function bundled(platform = ''): Plugin {
  const folders = new Set<string>()
  return {
    name: 'bundled',
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue
        for (const id of Object.keys(chunk.modules)) {
          const folder = packageOf(id)
          if (folder) folders.add(folder)
        }
      }
    },
    closeBundle() {
      const list: Bundled[] = [...folders].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
        return { name, version, license, folder: folder.slice(folder.indexOf('node_modules/')) }
      })
      if (existsSync('dist')) writeFileSync(`dist/bundled-${platform || 'h5'}.json`, JSON.stringify(list, null, 1) + '\n')
    },
  }
}
