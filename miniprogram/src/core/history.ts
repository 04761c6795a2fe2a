import { closeTopOverlay } from './overlays'

/**
 * What the browser's Back and Forward could show (H5 only; WeChat throws its page stack away itself).
 * `erase` walks back to the first entry of this visit, so that the next page replaces it, and `seal`
 * drops the entries ahead. `guard` refuses entries from before the app was loaded.
 */
interface State {
  position?: number
  __id__?: number
  current?: string
}

const inBrowser = process.env.UNI_PLATFORM === 'h5'
let first = 0

const position = () => ((history.state as State | null)?.position ?? 0)

/** A Back that only closed a sheet: the router is refused, and `done` resolves once the browser is back at its entry. */
const pendingBack = { active: false, done: undefined as Promise<void> | undefined }

/** begin records the first entry of this visit, and makes Back close an overlay first. */
export function begin(): void {
  if (!inBrowser) return
  first = position()
  window.addEventListener('pgy:back', (asked) => {
    if (!closeTopOverlay()) return
    asked.preventDefault()
    pendingBack.active = true
    pendingBack.done = arrived().then(() => {
      pendingBack.active = false
      pendingBack.done = undefined
    })
  })
}

/**
 * Going back is asynchronous and slow on a busy phone. A page opened before the browser has arrived is replaced by the entry it
 * arrives at: home would show instead of the almanac. The screen is blank meanwhile, so waiting shows nothing.
 */
const patience = 2000

/** arrived waits for the entry the browser is on its way to, as long as it has patience. */
function arrived(): Promise<void> {
  return new Promise((done) => {
    const finish = () => {
      window.removeEventListener('popstate', finish)
      clearTimeout(timer)
      setTimeout(done, 0)
    }
    const timer = setTimeout(finish, patience)
    window.addEventListener('popstate', finish)
  })
}

/** erase goes back to the first entry; out of patience, it leaves the rest to `guard`. */
export async function erase(): Promise<void> {
  if (pendingBack.done) await pendingBack.done
  const depth = inBrowser ? position() - first : 0
  if (depth <= 0) return
  const there = arrived()
  history.go(-depth)
  await there
}

/**
 * seal adds the present page once more: adding an entry drops every entry ahead of it. The router
 * writes into each entry where the reader came from; both entries are rid of that first.
 */
export function seal(): void {
  if (!inBrowser) return
  const bare = { ...history.state, back: null, forward: null }
  history.replaceState(bare, '', location.href)
  history.pushState({ ...bare, position: position() + 1 }, '', location.href)
}

/** hush puts another address in the place of the present entry's; what the page shows stays. */
export function hush(address: string): void {
  if (!inBrowser) return
  history.replaceState({ ...history.state, current: address }, '', `${location.pathname}#${address}`)
}

interface Place {
  fullPath: string
}

interface Router {
  beforeEach(check: (to: Place, from: Place) => boolean): unknown
}

/**
 * guard keeps Back and Forward inside the pages that are open now. Only they arrive with the entry
 * they lead to already in place; our own moves are asked while the present page's entry still is.
 */
export function guard(router: Router | undefined): void {
  if (!inBrowser || !router) return
  router.beforeEach((to, from) => {
    if (pendingBack.active) return (pendingBack.active = false)
    const entry = history.state as State | null
    if (to.fullPath === from.fullPath || entry?.current !== to.fullPath) return true
    const open = getCurrentPages() as unknown as { $page?: { id?: number } }[]
    const asked = entry.__id__
    if (open.length === 0 || asked === undefined) return true
    return open.some((page) => page.$page?.id === asked)
  })
}

/** Where she left, a browser may load the page again by itself, to save memory: it must find what she left it with. */
const almanac = '#/pages/almanac/almanac'

/** A desk's code opens the page that asks whether it is her; that page takes the code out of the address. */
const desk = '#/pen/confirm/confirm?scene='

/** coldStart takes the scene out of the address and puts the neutral first page in its place; the almanac stays. */
export function coldStart(): string {
  if (!inBrowser || location.hash === almanac || location.hash.startsWith(desk)) return ''
  const asked = new URLSearchParams(location.search).get('scene') ?? ''
  const fresh = location.pathname
  if (location.search !== '' || !['', '#/'].includes(location.hash)) history.replaceState(null, '', fresh)
  return asked
}
