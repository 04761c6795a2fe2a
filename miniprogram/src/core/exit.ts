import * as nav from './nav'
import * as presence from './presence'
import * as session from './session'
import * as storage from './storage'
import * as trail from './trail'
import { forgetAll } from './volatile'

/**
 * The way out of every page. In the tick of the touch the page is blank and everything is forgotten,
 * in memory and on the phone; then the almanac takes the place of the whole page stack. One request
 * is sent, without her identity, that ends her session; nothing waits for it.
 */
export function leave(): void {
  if (presence.covered.value) return
  presence.covered.value = true
  blank(true)
  const key = session.takeEndKey()
  forgetAll()
  storage.clear()
  presence.exited()
  session.endQuietly(key)
  void trail
    .erase()
    .then(() => nav.restart('almanac'))
    .then(trail.seal)
}

/** arrived uncovers the screen; the almanac calls it once it stands there. */
export function arrived(): void {
  presence.covered.value = false
  blank(false)
}

function blank(on: boolean): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  document.documentElement.toggleAttribute('data-blank', on)
}
