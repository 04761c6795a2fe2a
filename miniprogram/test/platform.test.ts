import { describe, expect, it, vi } from 'vitest'
import { fake } from './uni'

describe('the size of text', () => {
  it.each([
    [undefined, 1],
    [16, 1],
    [14, 1],
    [20, 1.25],
    [40, 1.5],
  ])('follows the phone: %s px', async (px, factor) => {
    const size = await import('@/core/textsize')
    size.follow(px)
    expect(size.factor.value).toBeCloseTo(factor)
  })

  it('is hers once she chose, and the phone’s again when she takes it back', async () => {
    const size = await import('@/core/textsize')
    size.choose('largest')
    expect(size.factor.value).toBe(1.5)
    expect(fake().stored.get('fontsize')).toBe('largest')
    size.follow(20)
    expect(size.factor.value).toBe(1.5)
    size.choose('auto')
    expect(size.factor.value).toBe(1.25)
    expect(fake().stored.size).toBe(0)
  })

  it('ignores what it does not know', async () => {
    fake().stored.set('fontsize', 'huge')
    const size = await import('@/core/textsize')
    size.follow(16)
    expect(size.textSize.value).toBe('auto')
  })
})

describe('a scanned scene', () => {
  it.each([
    ['r1525.p2', 'r1525.p2'],
    ['r%3D1', 'r=1'],
    [undefined, ''],
    ['', ''],
    ['<script>', ''],
    ['a'.repeat(33), ''],
    ['%E0%A4%A', ''],
  ])('%s', async (raw, scanned) => {
    const scene = await import('@/core/scene')
    scene.arrive(raw)
    expect(scene.sceneNow()).toBe(scanned)
  })

  it('is looked up once, and its absence is no error', async () => {
    const scene = await import('@/core/scene')
    await scene.look()
    expect(fake().asked).toEqual([])
    scene.arrive('r1')
    const looking = scene.look()
    await fake().last('/scenes/r1').answer(404, {})
    await looking
    expect(scene.place.value).toBeUndefined()
    const again = scene.look()
    await fake().last('/scenes/r1').answer(200, { page: '/pages/home/home', region: { code: '15', name: '旗' } })
    await again
    const { chosenRegion } = await import('@/core/region')
    expect(chosenRegion.value?.name).toBe('旗')
  })
})

describe('her region', () => {
  it('stays in memory unless this phone remembers her', async () => {
    const region = await import('@/core/region')
    region.chooseRegion({ code: '1525', name: '锡林郭勒盟' })
    expect(region.chosenRegion.value?.code).toBe('1525')
    expect(fake().stored.size).toBe(0)
    const { signIn } = await import('./uni')
    await signIn(true)
    region.chooseRegion({ code: '1502', name: '包头市' })
    expect(fake().stored.get('region')).toMatchObject({ code: '1502' })
    region.chooseRegion(undefined)
    expect(fake().stored.has('region')).toBe(false)
  })
})

describe('going about', () => {
  it('opens tabs as tabs, and a page too many in the place of the last', async () => {
    const nav = await import('@/core/nav')
    nav.open('stories')
    nav.open('story', { slug: 'a&b' })
    nav.swap('result')
    nav.back()
    Object.assign(globalThis, { getCurrentPages: () => [{}, {}] })
    nav.back()
    window.dispatchEvent(new PopStateEvent('popstate'))
    await new Promise((done) => setTimeout(done, 5))
    Object.assign(globalThis, { getCurrentPages: () => new Array(10).fill({}) })
    nav.open('article', { law: 'x', number: '260-1' })
    expect(fake().went.map((move) => move.replace(/n=\d+$/, 'n=#'))).toEqual([
      'switchTab /pages/stories/stories',
      'navigateTo /read/story/story?n=#',
      'redirectTo /quiz/result/result',
      'switchTab /pages/home/home',
      'navigateBack',
      'redirectTo /law/article/article?n=#',
    ])
  })
})

describe('the phone in a browser', () => {
  it('has no bars of WeChat and no text size of its own', async () => {
    const phone = await import('@/core/phone')
    expect(phone.bars()).toEqual({ top: 0, right: 0, height: 56 })
    expect(phone.fontSizeSetting()).toBeUndefined()
    expect(() => phone.hideFromCapture(true)).not.toThrow()
  })

  it('in WeChat leaves room for the capsule and hides from captures', async () => {
    process.env.UNI_PLATFORM = 'mp-weixin'
    const effects: string[] = []
    vi.stubGlobal('wx', {
      getWindowInfo: () => ({ statusBarHeight: 44, windowWidth: 375 }),
      getMenuButtonBoundingClientRect: () => ({ left: 281, top: 48, height: 32 }),
      getAppBaseInfo: () => ({ fontSizeSetting: 20 }),
      setVisualEffectOnCapture: (o: { visualEffect: string }) => effects.push(o.visualEffect),
    })
    const phone = await import('@/core/phone')
    expect(phone.bars()).toEqual({ top: 44, right: 94, height: 40 })
    expect(phone.fontSizeSetting()).toBe(20)
    phone.hideFromCapture(true)
    phone.hideFromCapture(false)
    expect(effects).toEqual(['hidden', 'none'])
    vi.unstubAllGlobals()
  })

  it('lets Enter act on what has a role, and on nothing else', async () => {
    const { listenForKeys } = await import('@/core/keys')
    listenForKeys()
    const button = document.body.appendChild(document.createElement('div'))
    const clicks = vi.fn()
    button.addEventListener('click', clicks)
    const press = (key: string) => button.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    press('Enter')
    expect(clicks).not.toHaveBeenCalled()
    button.setAttribute('role', 'button')
    press('Enter')
    press(' ')
    press('x')
    expect(clicks).toHaveBeenCalledTimes(2)
  })

  it('takes three Esc within three seconds for the way out, a held one for one', async () => {
    const { listenForKeys } = await import('@/core/keys')
    const now = vi.spyOn(Date, 'now')
    listenForKeys()
    const escape = (at: number, repeat = false) => {
      now.mockReturnValue(at)
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', repeat, bubbles: true }))
      return fake().went.length
    }
    const left = async () => (await new Promise((done) => setTimeout(done, 150)), fake().went)
    for (const at of [0, 1000, 3500, 3600, 3700]) escape(at, at > 3500)
    expect(await left()).toEqual([])
    escape(3800)
    expect(await left()).toEqual(['reLaunch /pages/almanac/almanac'])
    now.mockRestore()
  })
})
