import { countCompletion } from '@/api/published'
import { putBookmark } from '@/api/member'
import type { Explainer } from '@/api/types'
import { keeping } from './history-settings'
import { freshKey } from './request'
import { sceneNow } from './scene'
import { keepingCode, signedIn } from './session'

/** Who is past the end sooner than this has leafed through, not read. */
export const shortestReadMs = 15_000

/**
 * completeStory counts a story read to its end, as nobody, once a visit; among her bookmarks it appears only
 * if she keeps that. It says whether the reading was counted.
 */
export function completeStory(story: Explainer, openMs: number): boolean {
  if (openMs < shortestReadMs) return false
  void countCompletion(story.slug, sceneNow(), freshKey()).catch(() => undefined)
  if (signedIn.value && keeping.value.reading) {
    void putBookmark('read', story.slug, keepingCode.value).catch(() => undefined)
  }
  return true
}
