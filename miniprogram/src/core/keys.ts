import { leave } from './exit'

/** In a browser, Enter and Space act on whatever has a role, as a finger would (WeChat's own readers tap). */
const acting = ['button', 'link', 'switch', 'radio', 'checkbox', 'tab']

/** So many Esc within so long are the way out for hands on a keyboard; a key held down is one. */
const times = 3
const withinMs = 3000

export function listenForKeys(): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  document.addEventListener('keydown', (event) => {
    const at = event.target as HTMLElement | null
    if ((event.key !== 'Enter' && event.key !== ' ') || !acting.includes(at?.getAttribute('role') ?? '')) return
    event.preventDefault()
    at!.click()
  })
  let pressed: number[] = []
  // Before anything on the page may keep the key for itself.
  const heard = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.repeat) return
    const now = Date.now()
    pressed = [...pressed.filter((then) => now - then < withinMs), now]
    if (pressed.length < times) return
    pressed = []
    leave()
  }
  window.addEventListener('keydown', heard, { capture: true })
}
