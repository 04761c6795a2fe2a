/**
 * The app's other tabs in this browser: who leaves one has left all. Nothing is stored for it; where a browser knows no
 * channel between tabs, each is left by itself.
 */
const channel =
  process.env.UNI_PLATFORM === 'h5' && typeof BroadcastChannel !== 'undefined' ? new BroadcastChannel('tabs') : undefined

/** onLeft runs when she left in another tab. */
export function onLeft(left: () => void): void {
  if (channel) channel.onmessage = left
}

/** tellTabs says so to the others. */
export function tellTabs(): void {
  channel?.postMessage('left')
}

/** A tab that was put to sleep hears of it only now: what it shows waits this long, in ms. */
export const hearing = process.env.UNI_PLATFORM === 'h5' ? 50 : 0
