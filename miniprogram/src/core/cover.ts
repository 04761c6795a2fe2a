import { covered } from './presence'

/**
 * What stands over a page from the touch of 离开 on. In a browser it is one layer, made when the app starts: showing it
 * lays out and paints nothing of the page, so it is there in the next frame however long the page is. In WeChat, which
 * gives no such layer, the frame of the page draws it (`app-screen`).
 */
const inBrowser = process.env.UNI_PLATFORM === 'h5'
let sheet: HTMLElement | undefined

/** prepare makes the layer; `touched` runs when it is touched itself, which happens only where it stayed. */
export function prepare(touched: () => void): void {
  if (!inBrowser) return
  sheet = document.createElement('div')
  sheet.className = 'cover'
  sheet.setAttribute('aria-hidden', 'true')
  sheet.addEventListener('click', touched)
  document.body.append(sheet)
}

/** cover hides the page at once, or shows it again. */
export function cover(on: boolean): void {
  sheet?.classList.toggle('cover--on', on)
  covered.value = on
}

/** blank takes the page itself out of sight, for readers of the page that see through a layer. It costs a long page a frame or two. */
export function blank(on: boolean): void {
  if (inBrowser) document.documentElement.toggleAttribute('data-blank', on)
}

/** The longest that a frame is waited for: a page in the background draws none. */
const patience = 100

/** painted resolves once a frame was drawn after this moment. */
export function painted(): Promise<void> {
  if (!inBrowser || document.hidden) return Promise.resolve()
  return new Promise((done) => {
    setTimeout(done, patience)
    requestAnimationFrame(() => setTimeout(done, 0))
  })
}
