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

/** Who is at an attempt: what was begun behind her code is found with the code alone. */
type By = Pick<Call, 'as' | 'keepingCode'>

export const getAttempt = (id: string, by: By) => request<Attempt>('GET', pathOf(['attempts', id]), by)

export const putAnswer = (id: string, question: string, options: string[], by: By) =>
  request<void>('PUT', pathOf(['attempts', id, 'answers', question]), { ...by, body: { options } })

/** Hands in every answer at once; asked again it gives the same result. */
export const submitAttempt = (id: string, answers: Answers, by: By) =>
  request<Result>('POST', pathOf(['attempts', id, 'submission']), { ...by, body: { answers } })
