import { beforeEach, describe, expect, it, vi } from 'vitest'
import { fake, signIn } from './uni'

const at = (clientX: number, clientY: number) => ({ clientX, clientY })
const covered = () => document.querySelector('.cover--on') !== null
const passed = () => new Promise<void>((done) => setTimeout(done, 180))

async function load() {
  const [press, { prepare }, { leave }] = await Promise.all([import('@/core/press'), import('@/core/cover'), import('@/core/exit')])
  prepare(leave)
  return press
}

beforeEach(() => document.body.replaceChildren())

describe('a finger on 离开', () => {
  it('covers the page at once, and leaves when it is lifted', async () => {
    const session = await signIn(true)
    const finger = await load()
    finger.press(at(300, 700))
    expect(covered()).toBe(true)
    expect(session.signedIn.value).toBe(true)
    finger.lift()
    await passed()
    expect(session.signedIn.value).toBe(false)
    expect(fake().went).toEqual(['reLaunch /pages/almanac/almanac'])
    expect(covered()).toBe(false)
  })

  it.each([
    ['a tremble', 300, 711, true],
    ['a scroll', 300, 688, false],
    ['a slip aside', 309, 708, false],
  ])('%s', async (_, x, y, leaves) => {
    const session = await signIn(true)
    const asked = fake().asked.length
    const finger = await load()
    finger.press(at(300, 700))
    finger.slide(at(x, y))
    expect(covered()).toBe(leaves)
    finger.slide(at(300, 700))
    finger.click()
    finger.lift()
    finger.click()
    await passed()
    expect(fake().went).toHaveLength(leaves ? 1 : 0)
    expect(session.signedIn.value).toBe(!leaves)
    expect(fake().asked.length - asked).toBe(leaves ? 1 : 0)
  })

  it('is taken back where it was lifted far away, even if no move was heard', async () => {
    const finger = await load()
    finger.press(at(300, 700))
    finger.lift(at(309, 709))
    await passed()
    expect(fake().went).toEqual([])
    finger.press(at(300, 700))
    finger.lift(at(305, 705))
    await passed()
    expect(fake().went).toHaveLength(1)
  })

  it('taken back keeps no later click from leaving', async () => {
    const finger = await load()
    finger.press(at(300, 700))
    finger.slide(at(300, 720))
    finger.lift()
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 800)
    finger.click()
    vi.restoreAllMocks()
    await passed()
    expect(fake().went).toHaveLength(1)
  })

  it('is no touch where none began', async () => {
    const finger = await load()
    finger.slide(at(1, 1))
    finger.lift()
    await passed()
    expect(fake().went).toEqual([])
    expect(covered()).toBe(false)
  })
})

describe('a mouse on 离开', () => {
  const mouse = (kind: string, init: MouseEventInit = {}) => {
    const on = document.querySelector('.dock__leave') ?? document.body.appendChild(Object.assign(document.createElement('div'), { className: 'dock__leave' }))
    on.dispatchEvent(new MouseEvent(kind, { bubbles: true, clientX: 300, clientY: 700, ...init }))
  }

  it.each([
    ['the right button', { button: 2 }],
    ['a menu asked for with Ctrl', { ctrlKey: true }],
  ])('does not leave by %s', async (_, init) => {
    const { listenForMouse } = await load()
    listenForMouse()
    for (const kind of ['mousedown', 'mouseup']) mouse(kind, init)
    await passed()
    expect(fake().went).toEqual([])
    expect(covered()).toBe(false)
  })

  it('leaves by the left one, wherever it is let go, and when the page goes out of sight under it', async () => {
    const { listenForMouse } = await load()
    listenForMouse()
    mouse('mousedown')
    expect(covered()).toBe(true)
    window.dispatchEvent(new MouseEvent('mouseup', { clientX: 300, clientY: 700 }))
    await passed()
    expect(fake().went).toHaveLength(1)
    mouse('mousedown')
    document.dispatchEvent(new Event('visibilitychange'))
    await passed()
    expect(fake().went).toHaveLength(2)
  })

  it('is an echo of the finger right after a touch that was taken back', async () => {
    const { listenForMouse, press, lift } = await load()
    listenForMouse()
    press(at(300, 700))
    lift(at(300, 713))
    for (const kind of ['mousedown', 'mouseup']) mouse(kind)
    await passed()
    expect(fake().went).toEqual([])
  })

  it('is not heard in WeChat', async () => {
    process.env.UNI_PLATFORM = 'mp-weixin'
    const add = vi.spyOn(window, 'addEventListener')
    const { listenForMouse } = await load()
    listenForMouse()
    expect(add).not.toHaveBeenCalled()
  })
})
