import { blank, cover, painted } from './cover'
import * as nav from './nav'
import * as presence from './presence'
import * as session from './session'
import * as storage from './storage'
import * as history from './history'
import { onLeft, tellTabs } from './tabs'
import { forgetAll } from './volatile'

/**
 * The way out of every page. In this tick the page is covered, the phone's storage is empty, and the one request is
 * under way that ends her session, without her identity; nothing waits for it. Once the cover is drawn, everything in
 * memory is forgotten, which draws the page again and would keep the cover waiting. Then the almanac takes the place
 * of the whole page stack.
 */
export function leave(): void {
  if (leaving.now) return
  tellTabs()
  leaveHere()
}

onLeft(() => presence.hasLeft() || leaveHere())

function leaveHere(): void {
  if (leaving.now) return
  leaving.now = true
  cover(true)
  presence.exited()
  session.endQuietly(session.takeEndKey())
  storage.clear()
  void painted().then(forget).then(away)
}

/** forget clears the storage once more: an answer may have come between. */
function forget(): void {
  blank(true)
  forgetAll()
  storage.clear()
  if (inBrowser) performance.clearResourceTimings()
}

const inBrowser = process.env.UNI_PLATFORM === 'h5'

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
  blank(false)
  cover(false)
}

/** A page that was asked for is drawn a moment later; uncovering sooner would show the one before. */
const drawn = () => new Promise((done) => setTimeout(done, 60))
