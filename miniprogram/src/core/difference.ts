import type { Paragraph, Segment } from '@/api/types'
import { flat } from './provision'

/** One line of an article, in pieces; `hit` says what the other version does not have. */
export interface Line {
  item: boolean
  pieces: Segment[]
}

interface Clause {
  line: number
  text: string
  /** What is compared: the text without the sign it ends with. */
  key: string
}

interface Piece extends Segment {
  line: number
}

const clause = (line: number, text: string): Clause => ({ line, text, key: text.length > 1 ? text.replace(/[，。；：、]$/, '') : text })

const clauses = (lines: { text: string }[]): Clause[] =>
  lines.flatMap(({ text }, line) => (text.match(/[^，。；：、]*[，。；：、]|[^，。；：、]+$/g) ?? []).map((t) => clause(line, t)))

/** common says what both have in the same order, as much of it as there is. */
function common(a: Clause[], b: Clause[]): [boolean[], boolean[]] {
  const width = b.length + 1
  const best = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] =
        a[i].key === b[j].key ? best[(i + 1) * width + j + 1] + 1 : Math.max(best[(i + 1) * width + j], best[i * width + j + 1])
    }
  }
  const [inA, inB] = [a.map(() => false), b.map(() => false)]
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i].key === b[j].key) inA[i++] = inB[j++] = true
    else if (best[(i + 1) * width + j] >= best[i * width + j + 1]) i++
    else j++
  }
  return [inA, inB]
}

const whole = ({ line, text }: Clause): Piece => ({ line, text, hit: true })
const signs = (of: Clause[]): Clause[] => of.flatMap(({ line, text }) => [...text].map((sign) => clause(line, sign)))

/** Beyond this many characters a passage was rewritten, and comparing single characters says nothing. */
const longest = 600

/** gap gives the pieces between two common clauses, compared by characters where the result is readable. */
function gap(a: Clause[], b: Clause[]): [Piece[], Piece[]] {
  const [signsA, signsB] = [signs(a), signs(b)]
  const most = Math.max(signsA.length, signsB.length)
  if (!signsA.length || !signsB.length || most > longest) return [a.map(whole), b.map(whole)]
  const [inA, inB] = common(signsA, signsB)
  if (inA.filter(Boolean).length < most * 0.3) return [a.map(whole), b.map(whole)]
  return [highlighted(signsA, inA), highlighted(signsB, inB)]
}

/** highlighted leaves no single character out between two highlighted ones: it is the same by chance. */
function highlighted(of: Clause[], stays: boolean[]): Piece[] {
  const chance = (i: number) => i > 0 && i < stays.length - 1 && !stays[i - 1] && !stays[i + 1]
  return of.map(({ line, text }, i) => ({ line, text, hit: !stays[i] || chance(i) }))
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

/** difference compares two wordings of an article clause by clause and highlights on each side what the other lacks. */
export function difference(before: Paragraph[], after: Paragraph[]): { before: Line[]; after: Line[] } {
  const [linesA, linesB] = [flat(before), flat(after)]
  const [a, b] = [clauses(linesA), clauses(linesB)]
  const [inA, inB] = common(a, b)
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
