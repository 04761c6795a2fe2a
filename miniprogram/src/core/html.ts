/**
 * Turns a story's HTML into blocks that both targets draw with their own views. It knows the few tags
 * that stories use (h2 h3 p ul ol li strong b em i blockquote a.cite br) and drops every other tag and
 * all attributes but a citation's number; no text of a script or style is ever shown.
 */
export interface Run {
  text: string
  strong?: boolean
  em?: boolean
  /** Index into the story's citations. */
  cite?: number
}

export interface Block {
  kind: 'h2' | 'p' | 'li' | 'quote'
  runs: Run[]
  /** The number in an ordered list, or 0 for a bullet. */
  order?: number
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', ldquo: '“', rdquo: '”', hellip: '…', mdash: '—' }

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/gi, (whole, name: string) => {
    if (name[0] !== '#') return entities[name.toLowerCase()] ?? whole
    const point = /^#x/i.test(name) ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10)
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : ''
  })
}

interface Cursor {
  blocks: Block[]
  block?: Block
  strong: number
  em: number
  cite?: number
  lists: { ordered: boolean; count: number }[]
  quotes: number
}

function start(at: Cursor, kind: Block['kind'], order?: number): void {
  at.block = { kind, runs: [], ...(order === undefined ? {} : { order }) }
  at.blocks.push(at.block)
}

function say(at: Cursor, raw: string): void {
  const text = decode(raw).replace(/[ \t\r\n]+/g, ' ')
  if (text.trim() === '' && !at.block?.runs.length) return
  if (!at.block) start(at, at.quotes ? 'quote' : 'p')
  const run: Run = { text }
  if (at.strong) run.strong = true
  if (at.em) run.em = true
  if (at.cite !== undefined) run.cite = at.cite
  at.block!.runs.push(run)
}

const opens: Record<string, (at: Cursor, attributes: string) => void> = {
  h2: (at) => start(at, 'h2'),
  h3: (at) => start(at, 'h2'),
  p: (at) => {
    if (at.block?.kind === 'li' && at.block.runs.length === 0) return
    start(at, at.quotes ? 'quote' : 'p')
  },
  ul: (at) => at.lists.push({ ordered: false, count: 0 }),
  ol: (at) => at.lists.push({ ordered: true, count: 0 }),
  li: (at) => {
    const list = at.lists[at.lists.length - 1]
    start(at, 'li', list?.ordered ? ++list.count : 0)
  },
  strong: (at) => at.strong++,
  b: (at) => at.strong++,
  em: (at) => at.em++,
  i: (at) => at.em++,
  blockquote: (at) => {
    at.quotes++
    at.block = undefined
  },
  a: (at, attributes) => {
    const n = /href\s*=\s*["']?#cite-(\d+)/i.exec(attributes)
    at.cite = n ? Number(n[1]) : undefined
  },
  br: (at) => at.block?.runs.push({ text: '\n' }),
}

const end = (at: Cursor) => {
  at.block = undefined
}
const less = (n: number) => Math.max(0, n - 1)

const closes: Record<string, (at: Cursor) => void> = {
  h2: end,
  h3: end,
  p: (at) => {
    if (at.block?.kind !== 'li') at.block = undefined
  },
  li: end,
  ul: (at) => {
    at.lists.pop()
    at.block = undefined
  },
  ol: (at) => {
    at.lists.pop()
    at.block = undefined
  },
  strong: (at) => (at.strong = less(at.strong)),
  b: (at) => (at.strong = less(at.strong)),
  em: (at) => (at.em = less(at.em)),
  i: (at) => (at.em = less(at.em)),
  blockquote: (at) => {
    at.quotes = less(at.quotes)
    at.block = undefined
  },
  a: (at) => (at.cite = undefined),
}

const token = /<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)|<!--[\s\S]*?(?:-->|$)|<(\/?)([a-z][a-z0-9]*)((?:"[^"<]*"|'[^'<]*'|[^<>"'])*)>|([^<]+|<)/gi

/** blocksOf parses a story's body. It never throws; what it cannot read it leaves out. */
export function blocksOf(html: string): Block[] {
  const at: Cursor = { blocks: [], strong: 0, em: 0, lists: [], quotes: 0 }
  for (const [, hidden, slash, tag, attributes, text] of html.matchAll(token)) {
    if (hidden) continue
    if (text !== undefined) say(at, text)
    else if (tag && slash) closes[tag.toLowerCase()]?.(at)
    else if (tag) opens[tag.toLowerCase()]?.(at, attributes ?? '')
  }
  return at.blocks.filter((b) => b.runs.some((r) => r.text.trim() !== '')).map(trimmed)
}

function trimmed(block: Block): Block {
  const runs = block.runs.map((r) => ({ ...r }))
  runs[0].text = runs[0].text.trimStart()
  runs[runs.length - 1].text = runs[runs.length - 1].text.trimEnd()
  return { ...block, runs: runs.filter((r) => r.text !== '') }
}

/**
 * partsOf cuts a story's blocks at the headings of its parts, in their order; what stands before the first one is part 0. A
 * heading inside a part cuts nothing.
 */
export function partsOf(blocks: Block[], headings: readonly string[]): Block[][] {
  const parts: Block[][] = [[]]
  for (const block of blocks) {
    const says = block.runs.map((run) => run.text).join('')
    if (block.kind === 'h2' && says === headings[parts.length - 1]) parts.push([])
    parts[parts.length - 1].push(block)
  }
  return parts
}
