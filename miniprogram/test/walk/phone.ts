import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'

/**
 * WeChat, as far as the compiled package needs it: pages are loaded by miniprogram-simulate with the
 * official compiler's WXML, the page stack behaves as WeChat's, and requests are answered by the test.
 */
const load = createRequire(import.meta.url)
export const root = resolve('dist/build/mp-weixin')

interface Component {
  dom: HTMLElement
  data: Record<string, unknown>
  instance: PageInstance
  attach(to: HTMLElement): void
  detach(): void
  querySelectorAll(selector: string): Element_[]
}

interface Element_ {
  dom: HTMLElement
  dispatchEvent(name: string, options?: object): void
}

interface PageInstance {
  route: string
  data: Record<string, unknown>
  $vm?: unknown
  onLoad?(query: object): void
  onShow?(): void
  onHide?(): void
  onReady?(): void
  onUnload?(): void
  onShareAppMessage?(from: object): { title: string; path: string }
}

interface Page {
  url: string
  comp: Component
  instance: PageInstance
}

export interface Asked {
  method: string
  path: string
  header: Record<string, string>
  data: unknown
}

type Answer = (asked: Asked) => { status: number; data?: unknown } | undefined

type Wx = Record<string, unknown>

export class Phone {
  /** How many requests and page changes are under way. */
  static busy = 0
  stack: Page[] = []
  asked: Asked[] = []
  stored = new Map<string, unknown>()
  effects: string[] = []
  called: string[] = []
  answer: Answer = () => undefined
  private app: Record<string, (o?: object) => void> = {}
  private simulate: { load(path: string, o: object): string; render(id: string, p?: object): Component }
  private opening = ''

  constructor() {
    if (!existsSync(`${root}/app.js`)) throw new Error('no WeChat build: run `npm run build:weixin` first')
    this.simulate = load('miniprogram-simulate')
    this.takePlace()
  }

  /** Puts this phone where the compiled code looks for WeChat. */
  private takePlace(): void {
    const g = globalThis as unknown as Record<string, unknown>
    const construct = g.Component as (options: Record<string, unknown>) => void
    const isPage = (o: { methods?: object }) => !!o.methods && 'onLoad' in o.methods
    g.Component = (options: { methods?: object; lifetimes?: Record<string, () => void> }) => {
      const lifetimes = options.lifetimes ?? {}
      const attached = lifetimes.attached
      const route = this.opening
      if (isPage(options) && attached) {
        lifetimes.attached = function (this: PageInstance) {
          this.route = route
          attached.call(this as never)
        }
      }
      construct(options as Record<string, unknown>)
    }
    g.App = (options: Record<string, (o?: object) => void>) => (this.app = options)
    g.Page = () => undefined
    g.getApp = () => this.app
    g.getCurrentPages = () => this.stack.map((p) => p.instance)
    Object.assign((g.wx ??= {}) as Wx, this.wx())
  }

  private wx(): Wx {
    const done = <T extends { success?: (r: object) => void; complete?: (r: object) => void }>(o: T | undefined, r: object = {}) => {
      o?.success?.(r)
      o?.complete?.(r)
    }
    return {
      request: (o: RequestOptions) => this.request(o),
      getStorageSync: (key: string) => this.stored.get(key) ?? '',
      setStorageSync: (key: string, value: unknown) => this.stored.set(key, value),
      removeStorageSync: (key: string) => this.stored.delete(key),
      clearStorageSync: () => this.stored.clear(),
      navigateTo: (o: Go) => this.go(o, () => this.push(o.url)),
      redirectTo: (o: Go) => this.go(o, () => this.pop(1).then(() => this.push(o.url))),
      switchTab: (o: Go) => this.go(o, () => this.pop(99).then(() => this.push(o.url))),
      reLaunch: (o: Go) => this.go(o, () => this.pop(99).then(() => this.push(o.url))),
      navigateBack: (o: Go & { delta?: number }) => this.go(o, () => this.pop(o.delta ?? 1)),
      login: (o: Go) => done(o, { code: 'sandbox-a' }),
      makePhoneCall: (o: { phoneNumber: string }) => this.called.push(o.phoneNumber),
      pageScrollTo: (o: Go) => done(o),
      getAppBaseInfo: () => ({ fontSizeSetting: 20 }),
      getWindowInfo: () => ({ statusBarHeight: 44, windowWidth: 375 }),
      getSystemInfoSync: () => ({}),
      getMenuButtonBoundingClientRect: () => ({ left: 281, top: 48, height: 32 }),
      getUpdateManager: () => ({ onUpdateReady: () => undefined, applyUpdate: () => undefined }),
      setVisualEffectOnCapture: (o: { visualEffect: string }) => this.effects.push(o.visualEffect),
      onNeedPrivacyAuthorization: () => undefined,
      onKeyboardHeightChange: () => undefined,
      offKeyboardHeightChange: () => undefined,
      onNetworkStatusChange: () => undefined,
      offNetworkStatusChange: () => undefined,
      createSelectorQuery: () => nothingMeasured,
      canIUse: () => true,
    }
  }

  private go(o: Go, move: () => Promise<void>): void {
    Phone.busy++
    void move().then(() => {
      Phone.busy--
      o.success?.({})
      o.complete?.({})
    })
  }

  private request(o: RequestOptions): void {
    const asked = { method: o.method, path: o.url.replace('/api/v1', ''), header: o.header, data: o.data }
    this.asked.push(asked)
    const a = this.answer(asked)
    Phone.busy++
    setTimeout(() => {
      Phone.busy--
      if (a) o.success({ statusCode: a.status, data: a.data, header: {} })
      else o.fail({ errMsg: 'request:fail' })
    }, 0)
  }

  /** Starts the app as a tap on its icon, a card or a code would. */
  async launch(path = 'pages/home/home', query: Record<string, string> = {}): Promise<void> {
    load(`${root}/app.js`)
    this.app.onLaunch?.({ path, query })
    this.app.onShow?.({ path, query })
    if (!this.stack.length) await this.push(`/${path}`)
    await flush()
  }

  async push(url: string): Promise<void> {
    this.top?.instance.onHide?.()
    const [path, tail = ''] = url.replace(/^\//, '').split('?')
    this.opening = path
    const id = this.simulate.load(`${root}/${path}`, { rootPath: root, compiler: 'official' })
    const comp = this.simulate.render(id)
    const place = document.body.appendChild(document.createElement('div'))
    comp.attach(place)
    const page = { url, comp, instance: comp.instance }
    this.stack.push(page)
    page.instance.onLoad?.(Object.fromEntries(new URLSearchParams(tail)))
    page.instance.onShow?.()
    page.instance.onReady?.()
    await tick(1)
  }

  async pop(count: number): Promise<void> {
    for (let n = 0; n < count && this.stack.length > 0; n++) {
      const page = this.stack.pop()!
      page.instance.onUnload?.()
      page.comp.detach()
      page.comp.dom?.remove()
    }
    if (count < 99) this.top?.instance.onShow?.()
    await tick(1)
  }

  /** The app goes to the back, for WeChat's reason: 0 she closed it, 3 anything else. */
  async hide(reason = 3): Promise<void> {
    this.top.instance.onHide?.()
    this.app.onHide?.({ reason })
    await flush()
  }

  async show(): Promise<void> {
    this.app.onShow?.({})
    this.top?.instance.onShow?.()
    await flush()
  }

  get top(): Page {
    return this.stack[this.stack.length - 1]
  }

  get urls(): string[] {
    return this.stack.map((p) => p.url)
  }

  /** What a person sees on the page in front. */
  text(): string {
    return this.top.comp.dom.textContent ?? ''
  }

  /** Everything the view layer holds of every page in the stack. */
  dump(): string {
    return this.stack.map((p) => JSON.stringify(p.comp.dom.outerHTML) + JSON.stringify(p.instance.data)).join('\n')
  }

  /** Taps the innermost thing that bears the words. */
  async tap(words: string): Promise<void> {
    await this.touch(words, 'touchstart', 'touchend')
  }

  /** Parts of a touch on the innermost thing that bears the words, and no others if it can be; the finger at this height. */
  async touch(words: string, ...kinds: (Kind | [Kind, number])[]): Promise<void> {
    const all = [...this.top.comp.dom.querySelectorAll<HTMLElement>('*')].filter((e) => e.textContent?.trim().includes(words))
    const at = all.filter((e) => e.textContent?.trim() === words).pop() ?? all[all.length - 1]
    if (!at) throw new Error(`nothing says ${words} on ${this.top.url}: ${this.text().slice(0, 300)}`)
    for (const kind of kinds) Array.isArray(kind) ? fire(at, ...kind) : fire(at, kind)
    await flush()
  }
}

interface Go {
  url: string
  success?: (r: object) => void
  complete?: (r: object) => void
}

interface RequestOptions {
  url: string
  method: string
  header: Record<string, string>
  data: unknown
  success(r: object): void
  fail(r: object): void
}

const nothingMeasured = {
  select: () => ({ boundingClientRect: () => nothingMeasured }),
  selectViewport: () => ({ fields: () => nothingMeasured }),
  exec: (then: (r: unknown[]) => void) => then([null, null]),
}

const tick = (ms: number) => new Promise((done) => setTimeout(done, ms))

/** Waits until nothing is under way any more: no request, no change of page, no setData. */
export async function flush(): Promise<void> {
  let calm = 0
  while (calm < 3) {
    await tick(8)
    calm = Phone.busy === 0 ? calm + 1 : 0
  }
}

type Kind = 'touchstart' | 'touchmove' | 'touchend' | 'touchcancel'

/** A part of a touch as the simulator's elements hear it; one that starts and ends in one place is a tap. */
function fire(at: HTMLElement, kind: Kind, y = 1): void {
  const touch = { identifier: 0, target: at, clientX: 1, clientY: y, pageX: 1, pageY: y }
  const e = new Event(kind, { bubbles: true, cancelable: true })
  at.dispatchEvent(Object.assign(e, { touches: kind === 'touchend' ? [] : [touch], changedTouches: [touch] }))
}
