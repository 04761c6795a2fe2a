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
  /** The day before the next version took effect, or "". */
  until?: string
  status: Standing
  articles?: number
}

export interface ArticleStart {
  number: string
  label: string
  start: string
}

export interface LawPart {
  /** 1 for 编, deeper for 章 and 节. */
  level: number
  title: string
  articles: ArticleStart[]
}

export interface Law {
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

export interface Linked {
  slug: string
  title: string
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
  citedBy: { explainers: Linked[]; questions: number }
  previous?: string
  next?: string
  versions: LawVersion[]
  /** What the version before the shown one had there. */
  changed?: { version: string; effective: string; kind: ChangeKind; number: string } | null
}

export interface ArticleText {
  number: string
  label: string
  paragraphs: Paragraph[]
}

export interface Change {
  kind: ChangeKind
  before?: ArticleText | null
  after?: ArticleText | null
}

export interface Changes {
  law: string
  title: string
  short: string
  from: LawVersion
  to: LawVersion
  items: Change[]
  /** How many articles are the same in both. */
  same: number
}

export interface Segment {
  text: string
  hit: boolean
}

export type FoundKind = 'explainer' | 'question' | 'law' | 'article'

export interface Found {
  kind: FoundKind
  title: Segment[]
  excerpt: Segment[]
  slug?: string
  law?: string
  number?: string
  label?: string
  topic?: Linked | null
}

export interface Findings {
  items: Found[]
  total: number
  kinds: Partial<Record<FoundKind, number>>
}

export interface DueConcept {
  concept: string
  due: string
  last: string
  explainer?: Linked | null
}

export interface Reviews {
  /** False where she keeps no mistakes: then nothing is due. */
  kept: boolean
  due: number
  tomorrow: number
  concepts: DueConcept[]
}

export const listLaws = (status: Standing, after?: string) =>
  request<{ items: LawBrief[]; next: string }>('GET', pathOf(['laws'], { status, after, limit: 50 }))

export const getLaw = (law: string, version?: string) => request<Law>('GET', pathOf(['laws', law], { version }))

export const getArticle = (law: string, number: string, version?: string) =>
  request<Article>('GET', pathOf(['laws', law, 'articles', number], { version }))

export const getChanges = (law: string, from?: string, to?: string) =>
  request<Changes>('GET', pathOf(['laws', law, 'changes'], { from, to }))

export const search = (q: string, kind?: FoundKind) => request<Findings>('GET', pathOf(['search'], { q, kind, limit: 20 }))
