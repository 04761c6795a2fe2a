import type { DraftBrief, DraftConsent, DraftFinding } from '@/api/types'
import { shortDay } from '@/core/words'

/** Words of the writing pages, made from data. */

export const ways: { id: DraftConsent['way']; name: string }[] = [
  { id: 'spoken', name: '当面说的' },
  { id: 'written', name: '写了字据' },
  { id: 'message', name: '发来的消息' },
]

export const scopes: { id: DraftConsent['scope']; name: string }[] = [
  { id: 'words', name: '只用文字' },
  { id: 'words_pictures', name: '文字和图片' },
]

export const headings = ['发生了什么', '她怎么做的', '法律怎么说', '找谁']

export const hints = [
  '像跟邻居讲一样。名字、村名先别写。',
  '她先做了哪一步，后来呢。',
  '照你知道的说。哪一条、哪一款，编辑来补。',
  '哪个单位帮得上，到了先说哪一句。',
]

/** What a story is called in her list. */
export const nameOf = (d: DraftBrief): string => d.title || (d.begins ? `${d.begins}……` : d.erased ? '原稿已经删掉' : '还没有写')

const people = ['第一位', '第二位', '第三位']

/** stageInWords says in a line what becomes of a story. */
export function stageInWords(d: DraftBrief): string {
  const until = d.untilDay ? ` · 最晚 ${shortDay(d.untilDay)}有回话` : ''
  switch (d.stage) {
    case 'writing':
      return '还没有交'
    case 'sent':
      return `${d.sentDay ? `${shortDay(d.sentDay)}交的 · ` : ''}等编辑拿去整理`
    case 'taken':
      return '编辑在整理'
    case 'returned':
      return '退回给你'
    case 'reviewing':
      return d.review ? `${people[d.review - 1]}编辑在看${until}` : '三位都看过了，等着发'
    case 'published':
      return '发了，大家看得到'
    case 'withdrawn':
      return '撤下了'
  }
}

/** A list has three parts: what waits for her, what others look at, what is out or withdrawn. */
export type Part = 'mine' | 'others' | 'done'

export function partOf(d: DraftBrief): Part {
  if (d.stage === 'writing' || d.stage === 'returned') return 'mine'
  return d.stage === 'published' || d.stage === 'withdrawn' ? 'done' : 'others'
}

/** opens says whether a card leads on: to the story that is out, or to her page of four boxes while its words are there. */
export const opens = (d: DraftBrief): boolean => (d.stage === 'published' ? !!d.slug : !d.erased)

/**
 * consentStands says whether her list is the place where a consent is taken back: it holds, and the page of four boxes, where
 * that is done before, is no longer led to.
 */
export const consentStands = (d: DraftBrief): boolean => d.recorded && d.stage !== 'withdrawn' && (d.stage === 'published' || d.erased)

/** expiryInWords warns before the raw words go. */
export const expiryInWords = (d: DraftBrief): string =>
  d.expiring && d.goneDay ? `原话和录音 ${shortDay(d.goneDay)}删掉，要用就趁早改、趁早交。` : ''

/** What a field or a picker says it holds now. */
export const valueOf = (event: unknown): string => (event as { detail: { value: string } }).detail.value

/** mended puts what is proposed in the place of what was found; where nothing is, the blank around it goes too. */
export function mended(text: string, f: Pick<DraftFinding, 'start' | 'end' | 'mend'>): string {
  const [before, after] = [text.slice(0, f.start), text.slice(f.end)]
  if (f.mend) return before + f.mend + after
  return before.replace(/[ 　]+$/, '') + after.replace(/^[ 　]+/, '')
}

/** Who sent it back: 编辑 with her name, without what stands in brackets behind it. */
export const editorOf = (said: { name: string }): string => `${said.name.replace(/（.*）$/, '')}编辑`
