import { onUnmounted, ref, watch, type Ref } from 'vue'
import { onForget } from './volatile'

/**
 * What happens when the phone is put down or another app comes to the front. The pages are veiled and
 * drop what they show at once; who comes back soon finds it again, who comes back later finds home.
 */
export const graceMs = 2 * 60_000

/** True while the app is not in front. */
export const veiled = ref(false)
/** True from the touch of 离开 until the almanac is shown. */
export const covered = ref(false)

const life = { hiddenAt: 0, exited: false, closed: false }

/** hid is called when the app goes to the back; `closed` says that she closed it herself, where the phone tells. */
export function hid(now: number, closed = false): void {
  life.hiddenAt = now
  life.closed = closed
  veiled.value = true
}

/** returns says where she should find herself when the app comes to the front. */
export function returns(now: number): 'here' | 'home' {
  const away = life.hiddenAt === 0 ? 0 : now - life.hiddenAt
  const home = life.exited ? life.closed : away > graceMs
  life.hiddenAt = 0
  life.closed = false
  life.exited = life.exited && !home
  return home ? 'home' : 'here'
}

/** exited notes that she left: the almanac stays, however often the screen goes off and on, until she opens the app anew. */
export function exited(): void {
  life.exited = true
}

export const hasLeft = (): boolean => life.exited

const shelters = new Set<() => void>()

/** forgetShown drops what pages had put aside, without touching the session or an unfinished attempt. */
export function forgetShown(): void {
  for (const forget of shelters) forget()
}

/** sheltered empties a page's ref while the app is away and gives it back within the grace. */
export function sheltered<T>(shown: Ref<T>, blank: T): void {
  let stash: { value: T } | undefined
  watch(
    veiled,
    (away) => {
      if (away && !stash) {
        stash = { value: shown.value }
        shown.value = blank
      } else if (!away && stash) {
        shown.value = stash.value
        stash = undefined
      }
    },
    { flush: 'sync' },
  )
  const forget = () => {
    stash = undefined
    shown.value = blank
  }
  const release = onForget(forget)
  shelters.add(forget)
  onUnmounted(() => {
    release()
    shelters.delete(forget)
    stash = undefined
  })
}
