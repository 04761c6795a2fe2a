import { describe, expect, it } from 'vitest'
import type { DraftBrief } from '@/api/types'

const brief = (more: Partial<DraftBrief>): DraftBrief =>
  ({ id: 'a', title: '', begins: '', stage: 'writing', writtenAt: '', passed: 0, review: 0, expiring: false, erased: false, recorded: false, ...more }) as DraftBrief

describe('what a story says of itself', () => {
  it('has a name in every state', async () => {
    const { nameOf } = await import('@/pen/words')
    expect(nameOf(brief({ title: '腌菜缸', begins: '她' }))).toBe('腌菜缸')
    expect(nameOf(brief({ begins: '她在镇上' }))).toBe('她在镇上……')
    expect(nameOf(brief({ erased: true }))).toBe('原稿已经删掉')
    expect(nameOf(brief({}))).toBe('还没有写')
  })

  it('says in a line where it is', async () => {
    const { stageInWords, partOf } = await import('@/pen/words')
    expect(stageInWords(brief({ stage: 'reviewing', review: 2, untilDay: '2026-12-03' }))).toBe('第二位编辑在看 · 最晚 12 月 3 日有回话')
    expect(stageInWords(brief({ stage: 'reviewing', passed: 3 }))).toBe('三位都看过了，等着发')
    expect(stageInWords(brief({ stage: 'sent', sentDay: '2026-11-29' }))).toContain('11 月 29 日交的')
    const stages: DraftBrief['stage'][] = ['writing', 'sent', 'taken', 'returned', 'reviewing', 'published', 'withdrawn']
    expect(stages.map((stage) => stageInWords(brief({ stage })))).not.toContain(undefined)
    expect(stages.map((stage) => partOf(brief({ stage })))).toEqual(['mine', 'others', 'others', 'mine', 'others', 'done', 'done'])
  })

  it('leads to the story that is out even when her words are gone, and takes a consent back where no page does', async () => {
    const { consentStands, opens } = await import('@/pen/words')
    expect(opens(brief({ stage: 'published', slug: 'yancai', erased: true }))).toBe(true)
    expect(opens(brief({ stage: 'published' }))).toBe(false)
    expect(opens(brief({ stage: 'reviewing', erased: true }))).toBe(false)
    expect(consentStands(brief({ stage: 'published', recorded: true }))).toBe(true)
    expect(consentStands(brief({ stage: 'reviewing', recorded: true, erased: true }))).toBe(true)
    expect(consentStands(brief({ stage: 'reviewing', recorded: true }))).toBe(false) // her page of four boxes has it
    expect(consentStands(brief({ stage: 'withdrawn', recorded: true, erased: true }))).toBe(false)
    expect(consentStands(brief({ stage: 'published' }))).toBe(false)
  })

  it('warns before the raw words go', async () => {
    const { expiryInWords } = await import('@/pen/words')
    expect(expiryInWords(brief({ expiring: true, goneDay: '2026-12-10' }))).toContain('12 月 10 日')
    expect(expiryInWords(brief({ goneDay: '2026-12-10' }))).toBe('')
  })

  it('mends at its place, and takes the blanks of what simply goes', async () => {
    const { editorOf, mended } = await import('@/pen/words')
    const text = '给妇联的 其其格 000 4713 6025 打了电话'
    expect(mended(text, { start: 5, end: 22, mend: '人' })).toBe('给妇联的 人 打了电话')
    expect(mended(text, { start: 9, end: 22, mend: '' })).toBe('给妇联的 其其格打了电话')
    expect(editorOf({ name: '赵兰（演示）' })).toBe('赵兰编辑')
  })

  it('counts days and seconds as people here do', async () => {
    const { beijing } = await import('@/core/words')
    const { clock } = await import('@/pen/recorder')
    expect(beijing(Date.parse('2026-11-29T16:30:00Z'))).toBe('2026-11-30')
    expect([clock(48), clock(65)]).toEqual(['0:48', '1:05'])
  })
})
