import { getScene } from '@/api/published'
import type { Scene } from '@/api/types'
import { volatile } from './volatile'

/** The code she scanned to come here: in memory while the app is open, sent only with counted acts. */
const scanned = volatile(() => '')
export const place = volatile<Scene | undefined>(() => undefined)

/** arrive takes the scene parameter of a scanned code; anything of another shape is ignored. */
export function arrive(raw: string | undefined): void {
  let scene = ''
  try {
    scene = decodeURIComponent(raw ?? '')
  } catch {
    return
  }
  if (/^[\w!#$&'()*+,/:;=?@\-.~]{1,32}$/.test(scene)) scanned.value = scene
}

export const sceneNow = () => scanned.value

/** look asks once what the scene means; without an answer the app shows no place. */
export async function look(): Promise<void> {
  if (!scanned.value || place.value) return
  place.value = await getScene(scanned.value).catch(() => undefined)
}
