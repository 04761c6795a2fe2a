import { beforeEach, describe, expect, it, vi } from 'vitest'

const settled = () => new Promise<void>((done) => setTimeout(done, 120))
const pressed = () => window.dispatchEvent(new Event('pgy:back', { cancelable: true }))
const pages = (...stack: object[]) => Object.assign(globalThis, { getCurrentPages: () => stack })
const [story, law] = [{ route: 'story' }, { route: 'law' }]

/** over lays a sheet that tells when it was closed. */
async function over() {
  const { lay } = await import('@/core/over')
  const sheet = { closed: 0, off: () => {} }
  sheet.off = lay(() => sheet.closed++)
  return sheet
}

describe('a sheet over the page', () => {
  beforeEach(() => pages(story))

  it('is closed by the first Back, whether it goes or not; the second takes the page', async () => {
    const sheet = await over()
    const { lift } = await import('@/core/over')
    expect([lift(), lift()]).toEqual([true, false])
    expect(sheet.closed).toBe(1)
  })

  it('is left alone under another page, and found again', async () => {
    const sheet = await over()
    const { lift } = await import('@/core/over')
    pages(story, law)
    expect(lift()).toBe(false)
    pages(story)
    expect(lift()).toBe(true)
    expect(sheet.closed).toBe(1)
  })

  it('is none any more once it was closed by hand, or everything was forgotten', async () => {
    const { lift } = await import('@/core/over')
    const { forgetAll } = await import('@/core/volatile')
    const byHand = await over()
    byHand.off()
    expect(lift()).toBe(false)
    const left = await over()
    forgetAll()
    expect(lift()).toBe(false)
    expect(left.closed).toBe(0)
  })
})

describe('Back in a browser', () => {
  async function router() {
    const trail = await import('@/core/trail')
    let check: (to: { fullPath: string }, from: { fullPath: string }) => boolean = () => true
    trail.begin()
    trail.guard({ beforeEach: (c) => (check = c) })
    return { trail, lets: () => check({ fullPath: '/' }, { fullPath: '/read/story/story' }) }
  }

  it('is refused once where it closed a sheet, and never where there is none', async () => {
    pages(story)
    const { lets } = await router()
    expect(pressed(), 'nothing lies over the page').toBe(true)
    expect(lets()).toBe(true)
    await over()
    expect(pressed()).toBe(false)
    expect([lets(), lets()]).toEqual([false, true])
  })

  it('lets the exit count its way only from where the browser stands again', async () => {
    pages(story)
    history.replaceState({ position: 0 }, '', '/#/')
    const { trail, lets } = await router()
    history.pushState({ position: 1 }, '', '/#/read/story/story')
    await over()
    history.back()
    await settled()
    pressed()
    lets()
    history.forward()
    await trail.erase()
    expect(history.state.position).toBe(0)
  })

  it('forgets after a while that a move should be refused', async () => {
    pages(story)
    const { lets } = await router()
    await over()
    vi.useFakeTimers()
    pressed()
    await vi.runAllTimersAsync()
    vi.useRealTimers()
    expect(lets()).toBe(true)
  })
})
