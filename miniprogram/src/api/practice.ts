import { pathOf, request, type Call } from '@/core/request'
import type { Answers, Attempt, Result } from './types'

/** What an attempt is drawn from: the five of the day, what is due today, a topic, or the questions of one story. */
export type Source = { kind: 'daily' | 'review' } | { kind: 'topic' | 'story'; slug: string }

const paths = {
  daily: () => '/me/daily',
  review: () => '/me/reviews/attempts',
  topic: (slug: string) => pathOf(['quizzes', slug, 'attempts']),
  story: (slug: string) => pathOf(['explainers', slug, 'attempts']),
}

/** Draws a paper. The session is sent only when she has one; without it the attempt belongs to nobody. What she keeps shapes a paper only behind her code. */
export function drawAttempt(source: Source, scene: string, key: string, keepingCode: string): Promise<Attempt> {
  const path = paths[source.kind]('slug' in source ? source.slug : '')
  return request<Attempt>('POST', path, { as: 'me', body: scene ? { scene } : {}, key, keepingCode })
}

type As = Call['as']

export const getAttempt = (id: string, as: As) => request<Attempt>('GET', pathOf(['attempts', id]), { as })

export const putAnswer = (id: string, question: string, options: string[], as: As) =>
  request<void>('PUT', pathOf(['attempts', id, 'answers', question]), { as, body: { options } })

/** Hands in every answer at once; asked again it gives the same result. */
export const submitAttempt = (id: string, answers: Answers, as: As) =>
  request<Result>('POST', pathOf(['attempts', id, 'submission']), { as, body: { answers } })
