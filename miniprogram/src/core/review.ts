import { getReviews } from '@/api/member'
import type { Reviews } from '@/api/types'
import { keepingCode, signedIn } from './session'
import { volatile } from './volatile'

/** What is due today. The server is not asked before her session is known; without a mistakes book nothing is shown. */
const answer = volatile<Reviews | undefined>(() => undefined)

export interface Due {
  today: string
  tomorrow: string
}

/** refresh asks what is due; without a session or without network there is simply nothing to say. */
export async function refresh(): Promise<void> {
  answer.value = signedIn.value ? await getReviews(keepingCode.value).catch(() => undefined) : undefined
}

/** dueNow is what home says, with the true number, or undefined where nothing is saved or due. */
export function dueNow(): Due | undefined {
  const now = answer.value
  if (!signedIn.value || !now?.kept || now.due <= 0) return undefined
  return { today: `今天有 ${now.due} 个要点该复习`, tomorrow: `一次最多 5 题 · ${now.tomorrow > 0 ? `明天还有 ${now.tomorrow} 个` : '明天没有新的'}` }
}
