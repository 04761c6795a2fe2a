import { beforeEach, describe, expect, it, vi } from 'vitest'

const passed = () => new Promise<void>((done) => setTimeout(done, 120))
const pressed = () => window.dispatchEvent(new Event('pgy:back', { cancelable: true }))
const pages = (...stack: object[]) => Object.assign(globalThis, { getCurrentPages: () => stack })
const [story, law] = [{ route: 'story' }, { route: 'law' }]

/** open adds a sheet that tells when it was closed. */
async function open() {
  const { addOverlay } = await import('@/core/overlays')
  const sheet = { closed: 0, off: () => {} }
  sheet.off = addOverlay(() => sheet.closed++)
  return sheet
}

describe('a sheet over the page', () => {
  beforeEach(() => pages(story))

  it('is closed by the first Back, whether it goes or not; the second takes the page', async () => {
    const sheet = await open()
    const { closeTopOverlay } = await import('@/core/overlays')
    expect([closeTopOverlay(), closeTopOverlay()]).toEqual([true, false])
    expect(sheet.closed).toBe(1)
  })

  it('is left alone under another page, and found again', async () => {
    const sheet = await open()
    const { closeTopOverlay } = await import('@/core/overlays')
    pages(story, law)
    expect(closeTopOverlay()).toBe(false)
    pages(story)
    expect(closeTopOverlay()).toBe(true)
    expect(sheet.closed).toBe(1)
  })

  it('is none any more once it was closed by hand, or everything was forgotten', async () => {
    const { closeTopOverlay } = await import('@/core/overlays')
    const { forgetAll } = await import('@/core/volatile')
    const byHand = await open()
    byHand.off()
    expect(closeTopOverlay()).toBe(false)
    const left = await open()
    forgetAll()
    expect(closeTopOverlay()).toBe(false)
    expect(left.closed).toBe(0)
  })
})

describe('Back in a browser', () => {
  async function router() {
    const visit = await import('@/core/history')
    let check: (to: { fullPath: string }, from: { fullPath: string }) => boolean = () => true
    visit.begin()
    visit.guard({ beforeEach: (c) => (check = c) })
    return { visit, lets: () => check({ fullPath: '/' }, { fullPath: '/read/story/story' }) }
  }

  it('is refused once where it closed a sheet, and never where there is none', async () => {
    pages(story)
    const { lets } = await router()
    expect(pressed(), 'nothing lies over the page').toBe(true)
    expect(lets()).toBe(true)
    await open()
    expect(pressed()).toBe(false)
    expect([lets(), lets()]).toEqual([false, true])
  })

  it('lets the exit count its way only from where the browser stands again', async () => {
    pages(story)
    history.replaceState({ position: 0 }, '', '/#/')
    const { visit, lets } = await router()
    history.pushState({ position: 1 }, '', '/#/read/story/story')
    await open()
    history.back()
    await passed()
    pressed()
    lets()
    history.forward()
    await visit.erase()
    expect(history.state.position).toBe(0)
  })

  it('forgets after a while that a move should be refused', async () => {
    pages(story)
    const { lets } = await router()
    await open()
    vi.useFakeTimers()
    pressed()
    await vi.runAllTimersAsync()
    vi.useRealTimers()
    expect(lets()).toBe(true)
  })
})
