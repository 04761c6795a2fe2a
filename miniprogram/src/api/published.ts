import { pathOf, request } from '@/core/request'
import type { Explainer, ExplainerBrief, Home, Hotline, Page, Region, Scene, Topic, TopicBrief } from './types'

/** What anybody may read. Every call here is made as nobody: reading leaves no identity on the server. */
export const getHome = () => request<Home>('GET', '/home')

export const listExplainers = (tag?: string, after?: string) =>
  request<Page<ExplainerBrief>>('GET', pathOf(['explainers'], { tag, after, limit: 20 }))

export const getExplainer = (slug: string) => request<Explainer>('GET', pathOf(['explainers', slug]))

/** Counts a story read to its end: one line without identity. */
export const countCompletion = (slug: string, scene: string, key: string) =>
  request<void>('POST', pathOf(['explainers', slug, 'readings']), { body: scene ? { scene } : {}, key })

/** Says that a story tells of somebody she knows; from nobody, and the answer tells nothing. */
export const reportStory = (slug: string) => request<void>('POST', pathOf(['explainers', slug, 'reports']))

export const listTopics = () => request<{ items: TopicBrief[] }>('GET', '/quizzes')

export const getTopic = (slug: string) => request<Topic>('GET', pathOf(['quizzes', slug]))

export const listHotlines = (region?: string) => request<{ items: Hotline[] }>('GET', pathOf(['hotlines'], { region }))

export const listRegions = (parent?: string) =>
  request<{ items: Region[]; year: number }>('GET', pathOf(['regions'], { parent }))

export const getScene = (scene: string) => request<Scene>('GET', pathOf(['scenes', scene]))
