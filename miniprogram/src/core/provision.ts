import type { Article, ArticleBefore, LawDifference, LawVersion, Paragraph, VersionStanding } from '@/api/types'
import { dayInWords, versionStandings } from './words'

/** Words about laws and articles, and which part of an article is meant. */

/** 2016 年 3 月 1 日起施行 · 现行有效 */
export function standingLine(of: { effective: string; status: VersionStanding }): string {
  return [of.effective ? `${dayInWords(of.effective)}起施行` : '', versionStandings[of.status] ?? ''].filter(Boolean).join(' · ')
}

const digits = '零一二三四五六七八九'
const units = ['', '十', '百', '千']

/** inChinese says a number below 10,000 as laws write it: 110 is 一百一十, 1004 is 一千零四, 10 is 十. */
export function inChinese(n: number): string {
  const figures = String(n).split('').map(Number)
  let said = ''
  figures.forEach((figure, i) => {
    const unit = figures.length - 1 - i
    if (figure === 0) said += said.endsWith('零') ? '' : '零'
    else said += digits[figure] + units[unit]
  })
  said = said.replace(/零+$/, '')
  return n < 20 ? said.replace(/^一十/, '十') : said
}

/** 260-1 → 第二百六十条之一 */
export function articleName(number: string): string {
  const m = /^(\d{1,4})(?:-(\d{1,3}))?$/.exec(number)
  if (!m) return number
  return `第${inChinese(Number(m[1]))}条${m[2] ? `之${inChinese(Number(m[2]))}` : ''}`
}

/** itemParts splits an item into its number and its words; an item that brings no number gets the one of its place. */
export function itemParts(text: string, place: number): { numeral: string; words: string } {
  const m = /^\s*([（(][一二三四五六七八九十百零\d]+[)）])\s*/.exec(text)
  if (!m) return { numeral: `（${inChinese(place + 1)}）`, words: text }
  return { numeral: m[1].replace('(', '（').replace(')', '）'), words: text.slice(m[0].length) }
}

export type Light = 'plain' | 'lit' | 'dim' | 'lead'

/**
 * light says how a paragraph (item −1) or an item is shown when 款 and 项 are cited, counted from 1, 0 for none:
 * the cited part lit, the sentence that leads to a cited item plain, the rest dim. Where the whole article is meant all is plain.
 */
export function light(meant: { paragraph: number; item: number }, paragraph: number, item: number): Light {
  if (!meant.paragraph && !meant.item) return 'plain'
  if (paragraph + 1 !== (meant.paragraph || 1)) return 'dim'
  if (!meant.item) return 'lit'
  if (item < 0) return 'lead'
  return item + 1 === meant.item ? 'lit' : 'dim'
}

/** resembles says whether a typed name may mean a law: all its characters in their order, 反家暴法 for 反家庭暴力法. */
export function resembles(typed: string, names: string[]): boolean {
  const wanted = [...typed.replace(/[\s《》〈〉（）()]/g, '')]
  return names.some((name) => {
    let at = 0
    for (const sign of wanted) {
      const found = name.indexOf(sign, at)
      if (found < 0) return false
      at = found + sign.length
    }
    return true
  })
}

/** sinceBefore says what the version before the shown one had in an article's place. */
export function sinceBefore(changed: ArticleBefore): string {
  const before = changed.effective ? `上一版（${dayInWords(changed.effective)}起施行）` : '上一版'
  switch (changed.kind) {
    case 'added':
      return `这一条是新加的，${before}里没有。`
    case 'renumbered':
      return `这一条在${before}里是${articleName(changed.number)}，文字没有变。`
    default:
      return changed.number ? `这一条改过了，${before}里是${articleName(changed.number)}。` : `这一条改过了，和${before}不一样。`
  }
}

/** changeLine says in words what became of an article between two versions. */
export function changeLine(change: LawDifference): string {
  const [old, now] = [change.before?.label, change.after?.label]
  switch (change.kind) {
    case 'added':
      return `${now}是新加的`
    case 'removed':
      return `${old}没有了`
    case 'renumbered':
      return `${old}现在是${now}，文字没有变`
    default:
      return old === now ? `${now}改过了` : `${old}现在是${now}，文字也改过了`
  }
}

/** about sorts what concerns one article to the front. */
export function about(items: LawDifference[], number: string): LawDifference[] {
  const concerned = (c: LawDifference) => [c.before?.number, c.after?.number].includes(number)
  return [...items.filter(concerned), ...items.filter((c) => !concerned(c))]
}

/** flat is an article as lines: its paragraphs, and below each its items. */
export function flat(paragraphs: Paragraph[]): { text: string; item: boolean }[] {
  return paragraphs.flatMap((p) => [
    { text: p.text, item: false },
    ...p.items.map((text, i) => {
      const { numeral, words } = itemParts(text, i)
      return { text: numeral + words, item: true }
    }),
  ])
}

/** citedToo says what else cites an article: 还有 3 个故事、5 道题用到这一条; the story she reads is not counted. */
export function citedToo(article: Pick<Article, 'citedBy'>, here = ''): string {
  const { explainers, questions } = article.citedBy
  const stories = explainers.filter((e) => e.slug !== here).length
  const parts = [stories ? `${stories} 个故事` : '', questions.length ? `${questions.length} 道题` : ''].filter(Boolean)
  if (!parts.length) return ''
  return `${explainers.some((e) => e.slug === here) ? '还有' : '有'} ${parts.join('、')}用到这一条`
}

/** versionBefore is the version that took effect before the named one, or "". */
export function versionBefore(versions: LawVersion[], of: string): string {
  const inOrder = [...versions].sort((a, b) => (a.effective < b.effective ? -1 : 1))
  return inOrder[inOrder.findIndex((v) => v.version === of) - 1]?.version ?? ''
}
