import { describe, expect, it } from 'vitest'
import type { Paragraph } from '@/api/types'
import { difference, type Line } from '@/core/difference'

const para = (text: string, items: string[] = []): Paragraph => ({ text, items })
/** A line as it reads, what is marked in brackets. */
const read = (lines: Line[]) => lines.map((l) => (l.item ? '- ' : '') + l.pieces.map((p) => (p.hit ? `[${p.text}]` : p.text)).join(''))
const compared = (before: Paragraph[], after: Paragraph[]) => {
  const d = difference(before, after)
  return [read(d.before), read(d.after)]
}

describe('two wordings', () => {
  it('of the same text mark nothing', () => {
    const text = [para('应当受理。', ['（一）甲；'])]
    expect(compared(text, text)).toEqual([['应当受理。', '- （一）甲；'], ['应当受理。', '- （一）甲；']])
  })

  it('mark only the words that changed', () => {
    expect(compared([para('情节较轻的，处五日以下拘留。')], [para('情节较轻的，处五日以上十日以下拘留。')])).toEqual([
      ['情节较轻的，处五日以下拘留。'],
      ['情节较轻的，处五日以[上十日以]下拘留。'],
    ])
  })

  it('find a clause that was put in and one that was taken out', () => {
    expect(compared([para('甲方应当申请，由乙方受理。')], [para('甲方应当申请，可以口头提出，由乙方受理。')])[1]).toEqual(['甲方应当申请，[可以口头提出，]由乙方受理。'])
    expect(compared([para('先登记，再办理，最后归档。')], [para('先登记，最后归档。')])[0]).toEqual(['先登记，[再办理，]最后归档。'])
  })

  it('do not call the sign at the end of a clause a change', () => {
    expect(compared([para('下列：', ['（一）甲事项。'])], [para('下列：', ['（一）甲事项；', '（二）乙情形。'])])).toEqual([
      ['下列：', '- （一）甲事项。'],
      ['下列：', '- （一）甲事项；', '- [（二）乙情形。]'],
    ])
  })

  it('mark the whole of what was written anew, also where it is long', () => {
    expect(compared([para('旧文。')], [para('另一件完全不同的事情')])).toEqual([['[旧文。]'], ['[另一件完全不同的事情]']])
    const long = '甲'.repeat(700)
    expect(compared([para(long)], [para('乙')])[0]).toEqual([`[${long}]`])
  })

  it('keep every character, whatever they are', () => {
    const texts = ['', '。，；', '一二三，四五六。七八九', '第一款\n换行、顿号：冒号；', '没有标点的一句话']
    for (const a of texts) {
      for (const b of texts) {
        const d = difference([para(a)], [para(b, ['（一）项；'])])
        expect(d.before[0].pieces.map((p) => p.text).join('')).toBe(a)
        expect(d.after[0].pieces.map((p) => p.text).join('')).toBe(b)
      }
    }
  })

  it('are compared quickly, however long', () => {
    const clauses = (n: number, word: string) => para(Array.from({ length: n }, (_, i) => `${word}${i}的情形`).join('，'))
    const started = performance.now()
    difference([clauses(600, '甲')], [clauses(600, '乙')])
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
