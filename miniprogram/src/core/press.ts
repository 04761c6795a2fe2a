import { cover } from './cover'
import { leave } from './exit'

/**
 * A finger on 离开. The page is covered from the touch on, and she has left when the finger is lifted. A finger that moves
 * away meanwhile scrolls, or takes an accident back: the page is shown again and nothing was forgotten or sent.
 */
export const farPx = 12

export interface Point {
  clientX: number
  clientY: number
}

/**
 * So long after a touch that was taken back, in ms, a click and a mouse still belong to it: browsers take a touch moved by
 * up to 15 px for a tap, and make up a mouse for every tap. A real mouse is followed by a click at once.
 */
const echoMs = { finger: 700, mouse: 50 }

let from: Point | undefined
let by: keyof typeof echoMs = 'finger'
let deafUntil = 0
const echo = () => Date.now() <= deafUntil

/** press covers the page. */
export function press(at: Point, pointer: keyof typeof echoMs = 'finger'): void {
  by = pointer
  from = { clientX: at.clientX, clientY: at.clientY }
  deafUntil = 0
  cover(true)
}

/** slide takes the touch back once the finger is far from where it began. */
export function slide(at: Point): void {
  if (!from || Math.hypot(at.clientX - from.clientX, at.clientY - from.clientY) < farPx) return
  from = undefined
  deafUntil = Infinity
  cover(false)
}

/** lift leaves, unless the touch was taken back. A touch that the phone breaks off was one: she may have no second. */
export function lift(at?: Point): void {
  if (at) slide(at)
  if (deafUntil === Infinity) deafUntil = Date.now() + echoMs[by]
  if (!from) return
  from = undefined
  leave()
}

/** click leaves, too: keyboards and screen readers send no touch. */
export function click(): void {
  if (!echo()) leave()
}

const onLeave = (event: Event) => (event.target as Element | null)?.closest?.('.dock__leave') != null

/**
 * listenForMouse hears what the dock itself does not: the mouse, whose other buttons open menus and which may be let go
 * anywhere, and a page that goes out of sight under the finger.
 */
export function listenForMouse(): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  window.addEventListener('mousedown', (event) => event.button === 0 && !event.ctrlKey && onLeave(event) && !echo() && press(event, 'mouse'))
  // Of a finger too: browsers keep the touchmove of its first 15 px to themselves, not the pointermove.
  window.addEventListener('pointermove', slide)
  window.addEventListener('mouseup', lift)
  document.addEventListener('visibilitychange', () => lift())
}
