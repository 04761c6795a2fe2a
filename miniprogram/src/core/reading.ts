import { countReading } from '@/api/reading'
import { putShelf } from '@/api/member'
import type { Explainer } from '@/api/types'
import { keeping } from './keeping'
import { freshKey } from './request'
import { sceneNow } from './scene'
import { keepingCode, signedIn } from './session'

/** Who is past the end sooner than this has leafed through, not read. */
export const shortestReadMs = 15_000

/**
 * finishReading counts a story read to its end, as nobody, once a visit; on her shelf it appears only
 * if she keeps that. It says whether the reading was counted.
 */
export function finishReading(story: Explainer, openMs: number): boolean {
  if (openMs < shortestReadMs) return false
  void countReading(story.slug, sceneNow(), freshKey()).catch(() => undefined)
  if (signedIn.value && keeping.value.reading) {
    void putShelf('read', story.slug, keepingCode.value).catch(() => undefined)
  }
  return true
}
