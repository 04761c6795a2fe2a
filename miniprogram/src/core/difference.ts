import type { Paragraph, Segment } from '@/api/law'
import { flat } from './provision'

/** One line of an article, in pieces; `hit` marks what the other version does not have. */
export interface Line {
  item: boolean
  pieces: Segment[]
}

interface Clause {
  line: number
  text: string
}

interface Piece extends Segment {
  line: number
}

const clauses = (lines: { text: string }[]): Clause[] =>
  lines.flatMap(({ text }, line) => (text.match(/[^，。；：、]*[，。；：、]|[^，。；：、]+$/g) ?? []).map((t) => ({ line, text: t })))

/** kept marks the clauses of the longest run of clauses both have in the same order. */
function kept(a: Clause[], b: Clause[]): [boolean[], boolean[]] {
  const width = b.length + 1
  const best = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] =
        a[i].text === b[j].text ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1])
    }
  }
  const [inA, inB] = [a.map(() => false), b.map(() => false)]
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i].text === b[j].text) inA[i++] = inB[j++] = true
    else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++
    else j++
  }
  return [inA, inB]
}

/** shared is how many characters two texts have in common at the front, and at the back of what is left. */
function shared(a: string, b: string): [number, number] {
  const most = Math.min(a.length, b.length)
  let front = 0
  while (front < most && a[front] === b[front]) front++
  let back = 0
  while (back < most - front && a[a.length - 1 - back] === b[b.length - 1 - back]) back++
  return [front, back]
}

function cut({ line, text }: Clause, front: number, back: number): Piece[] {
  const end = text.length - back
  return [
    { line, text: text.slice(0, front), hit: false },
    { line, text: text.slice(front, end), hit: true },
    { line, text: text.slice(end), hit: false },
  ].filter((p) => p.text !== '')
}

/** gap gives the pieces of what stands between two kept clauses; a clause against a clause is marked by characters. */
function gap(a: Clause[], b: Clause[]): [Piece[], Piece[]] {
  if (a.length === 1 && b.length === 1) {
    const [front, back] = shared(a[0].text, b[0].text)
    return [cut(a[0], front, back), cut(b[0], front, back)]
  }
  const whole = (c: Clause): Piece => ({ ...c, hit: true })
  return [a.map(whole), b.map(whole)]
}

function joined(lines: { item: boolean }[], pieces: Piece[]): Line[] {
  const out: Line[] = lines.map(({ item }) => ({ item, pieces: [] }))
  for (const { line, text, hit } of pieces) {
    const into = out[line].pieces
    const before = into[into.length - 1]
    if (before?.hit === hit) before.text += text
    else into.push({ text, hit })
  }
  return out
}

/** difference compares two wordings of an article clause by clause and marks on each side what the other lacks. */
export function difference(before: Paragraph[], after: Paragraph[]): { before: Line[]; after: Line[] } {
  const [linesA, linesB] = [flat(before), flat(after)]
  const [a, b] = [clauses(linesA), clauses(linesB)]
  const [inA, inB] = kept(a, b)
  const [outA, outB]: [Piece[], Piece[]] = [[], []]
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [fromA, fromB] = [i, j]
    while (i < a.length && !inA[i]) i++
    while (j < b.length && !inB[j]) j++
    const [goneA, newB] = gap(a.slice(fromA, i), b.slice(fromB, j))
    outA.push(...goneA)
    outB.push(...newB)
    if (i < a.length) outA.push({ ...a[i++], hit: false })
    if (j < b.length) outB.push({ ...b[j++], hit: false })
  }
  return { before: joined(linesA, outA), after: joined(linesB, outB) }
}
