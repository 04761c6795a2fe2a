/** In a browser, Enter and Space act on whatever has a role, as a finger would (WeChat's own readers tap). */
const acting = ['button', 'link', 'switch', 'radio', 'checkbox', 'tab']

export function listenForKeys(): void {
  if (process.env.UNI_PLATFORM !== 'h5') return
  document.addEventListener('keydown', (event) => {
    const at = event.target as HTMLElement | null
    if ((event.key !== 'Enter' && event.key !== ' ') || !acting.includes(at?.getAttribute('role') ?? '')) return
    event.preventDefault()
    at!.click()
  })
}
