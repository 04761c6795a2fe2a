import { pathOf, request } from '@/core/request'
import type { Article, LawBrief, LawChanges, LawDetail, Page, SearchKind, SearchPage, Standing } from './types'

/** The library and what searches it. Every call is made as nobody: what she looks up leaves no identity on the server. */
export const listLaws = (status: Standing, after?: string) =>
  request<Page<LawBrief>>('GET', pathOf(['laws'], { status, after, limit: 50 }))

export const getLaw = (law: string, version?: string) => request<LawDetail>('GET', pathOf(['laws', law], { version }))

export const getArticle = (law: string, number: string, version?: string) =>
  request<Article>('GET', pathOf(['laws', law, 'articles', number], { version }))

export const getChanges = (law: string, from?: string, to?: string) =>
  request<LawChanges>('GET', pathOf(['laws', law, 'changes'], { from, to }))

export const search = (q: string, kind?: SearchKind, region?: string) =>
  request<SearchPage>('GET', pathOf(['search'], { q, kind, region, limit: 20 }))
