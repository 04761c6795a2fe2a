/** followKeyboard tells the height in px that the keyboard covers; the returned call stops it. */
export function followKeyboard(tell: (height: number) => void): () => void {
  if (process.env.UNI_PLATFORM === 'h5') return followViewport(tell)
  const heard = (event: { height: number }) => tell(event.height)
  uni.onKeyboardHeightChange?.(heard)
  return () => uni.offKeyboardHeightChange?.(heard)
}

function followViewport(tell: (height: number) => void): () => void {
  const view = window.visualViewport
  if (!view) return () => undefined
  const heard = () => {
    const covered = Math.round(window.innerHeight - view.height - view.offsetTop)
    tell(covered > 80 ? covered : 0)
  }
  view.addEventListener('resize', heard)
  return () => view.removeEventListener('resize', heard)
}
