import { pathOf, request } from '@/core/request'

/**
 * The library and what searches it. The shapes are the server's, by the server's names; they stand here until
 * schema.d.ts has them. Every call is made as nobody: what she looks up leaves no identity on the server.
 */
export type Standing = 'in_force' | 'to_come' | 'repealed'

export interface LawBrief {
  law: string
  title: string
  short: string
  /** Day, 2016-03-01. */
  effective: string
  status: Standing
  articles: number
  /** False where only facts about the law are here, not its text. */
  imported: boolean
  versions: number
}

export interface LawVersion {
  version: string
  effective: string
  /** The last day it applies, or "". */
  until: string
  status: Standing
  articles: number
}

export interface LawArticle {
  number: string
  label: string
  start: string
}

export interface LawPart {
  /** 1 for 编, deeper for 章 and 节. */
  level: number
  title: string
  articles: LawArticle[]
}

export interface LawDetail {
  law: string
  title: string
  short: string
  aliases: string[]
  number: string
  issued: string
  effective: string
  status: Standing
  articles: number
  imported: boolean
  version: string
  versions: LawVersion[]
  contents: LawPart[]
}

export interface Paragraph {
  text: string
  items: string[]
}

export type ChangeKind = 'changed' | 'renumbered' | 'removed' | 'added'

export interface Link {
  slug: string
  title: string
}

export interface ArticleBefore {
  version: string
  effective: string
  kind: Exclude<ChangeKind, 'removed'>
  /** Its number then, "" when it is new. */
  number: string
}

export interface Article {
  law: string
  title: string
  short: string
  number: string
  label: string
  heading: string
  version: string
  effective: string
  status: Standing
  paragraphs: Paragraph[]
  citedBy: { explainers: Link[]; questions: number }
  /** The number of the article before, "" at the start. */
  previous: string
  next: string
  versions: LawVersion[]
  /** What the version before the shown one had there; null where it says the same. */
  changed: ArticleBefore | null
}

export interface ArticleText {
  number: string
  label: string
  paragraphs: Paragraph[]
}

export interface LawDifference {
  kind: ChangeKind
  before: ArticleText | null
  after: ArticleText | null
}

export interface LawChanges {
  law: string
  title: string
  short: string
  from: LawVersion
  to: LawVersion
  items: LawDifference[]
  /** How many articles are the same in both. */
  same: number
}

export interface Segment {
  text: string
  hit: boolean
}

export type SearchKind = 'explainer' | 'question' | 'law' | 'article'

export interface SearchHit {
  kind: SearchKind
  title: Segment[]
  excerpt: Segment[]
  slug: string
  law: string
  number: string
  label: string
  topic: Link | null
}

export interface SearchPage {
  items: SearchHit[]
  total: number
  kinds: Record<SearchKind, number>
}

export interface Review {
  concept: string
  due: string
  last: string
  explainer?: Link | null
}

export interface Reviews {
  /** False where she keeps no mistakes: then nothing is due. */
  kept: boolean
  due: number
  tomorrow: number
  concepts: Review[]
}

export const listLaws = (status: Standing, after?: string) =>
  request<{ items: LawBrief[]; next: string }>('GET', pathOf(['laws'], { status, after, limit: 50 }))

export const getLaw = (law: string, version?: string) => request<LawDetail>('GET', pathOf(['laws', law], { version }))

export const getArticle = (law: string, number: string, version?: string) =>
  request<Article>('GET', pathOf(['laws', law, 'articles', number], { version }))

export const getChanges = (law: string, from?: string, to?: string) =>
  request<LawChanges>('GET', pathOf(['laws', law, 'changes'], { from, to }))

export const search = (q: string, kind?: SearchKind) => request<SearchPage>('GET', pathOf(['search'], { q, kind, limit: 20 }))
