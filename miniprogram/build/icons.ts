import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'

/** The line icons in use, from lucide-static (ISC), with our name for each. */
export const used = {
  phone: 'phone',
  leave: 'x',
  home: 'house',
  stories: 'book-open',
  practice: 'square-check-big',
  me: 'user-round',
  back: 'chevron-left',
  next: 'chevron-right',
  check: 'check',
  listen: 'volume-2',
  pause: 'pause',
  place: 'map-pin',
  offline: 'wifi-off',
  keep: 'bookmark',
  lock: 'lock-keyhole',
  bin: 'trash-2',
  find: 'search',
  speak: 'mic',
  stop: 'square',
  play: 'play',
  picture: 'image',
  calendar: 'calendar',
  eye: 'eye',
  people: 'users-round',
  film: 'video',
  bell: 'bell',
} as const

const module_ = 'virtual:icons'

function draw(file: string): string {
  const path = resolve(__dirname, `../node_modules/lucide-static/icons/${file}.svg`)
  const svg = readFileSync(path, 'utf8')
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<svg[^>]*>/, (tag) => tag.replace(/\s+(class|width|height)="[^"]*"/g, ''))
    .replace('stroke-width="2"', 'stroke-width="1.8"')
    .replace(/currentColor/g, '#000')
    .replace(/\s+/g, ' ')
    .replace(/> </g, '><')
    .trim()
  const safe = svg.replace(/"/g, "'").replace(/%/g, '%25').replace(/#/g, '%23').replace(/</g, '%3C').replace(/>/g, '%3E')
  return `url("data:image/svg+xml,${safe}")`
}

/** icons gives each used icon as a CSS mask, so that no font, file or request is needed on either target. */
export function icons(): Plugin {
  return {
    name: 'pugongying:icons',
    resolveId: (id) => (id === module_ ? `\0${module_}` : undefined),
    load(id) {
      if (id !== `\0${module_}`) return undefined
      const drawn = Object.fromEntries(Object.entries(used).map(([name, file]) => [name, draw(file)]))
      return `export default ${JSON.stringify(drawn)}`
    },
  }
}
