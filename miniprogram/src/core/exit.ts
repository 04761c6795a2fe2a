import * as nav from './nav'
import * as presence from './presence'
import * as session from './session'
import * as storage from './storage'
import * as history from './history'
import { forgetAll } from './volatile'

/**
 * The way out of every page. In the tick of the touch the page is blank and everything is forgotten,
 * in memory and on the phone; then the almanac takes the place of the whole page stack. One request
 * is sent, without her identity, that ends her session; nothing waits for it.
 */
export function leave(): void {
  if (leaving.now) return
  leaving.now = true
  presence.covered.value = true
  blank(true)
  const key = session.takeEndKey()
  forgetAll()
  storage.clear()
  presence.exited()
  session.endQuietly(key)
  void away()
}

/** The touch and the tap that follows it are one leaving. */
const leaving = { now: false }

/** away uncovers the screen only once the almanac is shown; otherwise it stays blank. */
async function away(): Promise<void> {
  await history.erase()
  const there = await nav.restart('almanac')
  leaving.now = false
  if (!there) return
  history.seal()
  await drawn()
  presence.covered.value = false
  blank(false)
}

/** A page that was asked for is drawn a moment later; uncovering sooner would show the one before. */
const drawn = () => new Promise((done) => setTimeout(done, 60))

function blank(on: boolean): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  document.documentElement.toggleAttribute('data-blank', on)
}
