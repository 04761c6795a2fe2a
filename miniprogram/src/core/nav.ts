import { hush } from './history'
import { onForget } from './volatile'

/** Where the pages are. Every route is a plain word; `quiet` pages show nothing an onlooker could read from. */
export const routes = {
  home: '/pages/home/home',
  stories: '/pages/stories/stories',
  practice: '/pages/practice/practice',
  me: '/pages/me/me',
  help: '/pages/help/help',
  almanac: '/pages/almanac/almanac',
  story: '/read/story/story',
  search: '/read/search/search',
  laws: '/law/laws/laws',
  law: '/law/law/law',
  article: '/law/article/article',
  changes: '/law/changes/changes',
  topic: '/quiz/topic/topic',
  attempt: '/quiz/attempt/attempt',
  result: '/quiz/result/result',
  mistakes: '/mine/mistakes/mistakes',
  shelf: '/mine/shelf/shelf',
  keeping: '/mine/keeping/keeping',
  data: '/mine/data/data',
  claim: '/mine/claim/claim',
  traces: '/mine/traces/traces',
  text: '/mine/text/text',
  region: '/mine/region/region',
  door: '/pen/door/door',
  confirm: '/pen/confirm/confirm',
  drafts: '/pen/drafts/drafts',
  write: '/pen/write/write',
  join: '/pen/join/join',
  acts: '/pen/acts/acts',
  begin: '/book/begin/begin',
  rough: '/book/rough/rough',
  who: '/book/who/who',
  day: '/book/day/day',
  reserve: '/book/reserve/reserve',
  booked: '/book/booked/booked',
  visits: '/book/visits/visits',
} as const

export type Route = keyof typeof routes

export const tabs = ['home', 'stories', 'practice', 'me'] as const
export type Tab = (typeof tabs)[number]

const isTab = (route: Route): route is Tab => (tabs as readonly Route[]).includes(route)

export type Query = Record<string, string | undefined>

/**
 * What pages on their way are opened with. A browser writes every address into its history, where it outlives the exit, and
 * WeChat counts pages by theirs: an address bears a number drawn at random, and what it stands for is in memory alone.
 */
const onTheirWay = new Map<string, Query>()
onForget(() => onTheirWay.clear())

/** Neither 0 nor 1, so that no number can be a telephone number that somebody knows. */
const draw = () => Array.from({ length: 6 }, () => 2 + Math.floor(Math.random() * 8)).join('')

function address(route: Route, query: Query): string {
  if (Object.keys(query).length === 0) return routes[route]
  let n = draw()
  while (onTheirWay.has(n)) n = draw()
  onTheirWay.set(n, query)
  return `${routes[route]}?n=${n}`
}

/** opened gives a page, once, what it was opened with. An address of an earlier version, which spelled it, still works and is replaced. */
export function opened(route: Route, query: Query | undefined): Query {
  const n = query?.n ?? ''
  const found = onTheirWay.get(n)
  onTheirWay.delete(n)
  if (found || !query || n) return found ?? {}
  if (Object.keys(query).length > 0) hush(`${routes[route]}?n=${draw()}`)
  return query
}

/** A browser on its way back loses every move asked of it meanwhile: it is made once that way is over. */
const wayBack = { open: false, waiting: undefined as (() => void) | undefined }

function arrived(): void {
  if (!wayBack.open) return
  wayBack.open = false
  wayBack.waiting?.()
  wayBack.waiting = undefined
}

function move(go: () => void): void {
  if (wayBack.open) wayBack.waiting = go
  else go()
}

/** The second tap of one finger would open the same page twice, and Back would seem to do nothing. */
const tapped = { page: '', at: 0, on: undefined as unknown }
onForget(() => (tapped.page = ''))

function once(page: string, go: () => void): void {
  const [now, [on]] = [Date.now(), getCurrentPages().slice(-1)]
  const again = tapped.page === page && tapped.on === on && now - tapped.at < 500
  Object.assign(tapped, { page, at: now, on })
  if (!again) move(go)
}

/** WeChat holds ten pages and no more. */
const deepest = 10

/** open goes to a page, by tab where it is one; a page too many takes the place of the last. */
export function open(route: Route, query: Query = {}): void {
  if (isTab(route)) move(() => uni.switchTab({ url: routes[route] }))
  else if (getCurrentPages().length >= deepest) swap(route, query)
  else once(route + JSON.stringify(query), () => uni.navigateTo({ url: address(route, query) }))
}

/** swap goes on to a page that takes the place of this one. */
export function swap(route: Route, query: Query = {}): void {
  move(() => uni.redirectTo({ url: address(route, query) }))
}

/** back goes back, or home where there is nothing to go back to. */
export function back(): void {
  tapped.page = ''
  if (getCurrentPages().length <= 1) return move(() => uni.switchTab({ url: routes.home }))
  if (wayBack.open) return
  if (process.env.UNI_PLATFORM === 'h5') {
    wayBack.open = true
    window.addEventListener('popstate', () => setTimeout(arrived, 0), { once: true })
    setTimeout(arrived, 300)
  }
  uni.navigateBack({ delta: 1 })
}

/** restart replaces the page stack; it says whether the new page is shown. */
export function restart(route: 'home' | 'almanac'): Promise<boolean> {
  wayBack.waiting = undefined
  return Promise.resolve(uni.reLaunch({ url: routes[route] })).then(
    () => true,
    () => false,
  )
}
