import { effectScope, ref } from 'vue'
import { describe, expect, it, vi } from 'vitest'

const load = () => import('@/core/presence')
const minute = 60_000

describe('coming back', () => {
  it.each([
    ['at once', 1_000, false, 'here'],
    ['within the grace', 2 * minute, false, 'here'],
    ['after it', 2 * minute + 1, false, 'home'],
    ['at once after the exit', 1_000, true, 'here'],
    ['long after the exit', 99 * minute, true, 'here'],
  ] as const)('%s', async (_, away, left, where) => {
    const presence = await load()
    if (left) presence.exited()
    for (const time of [1, 2]) {
      presence.hid(time * 10_000)
      expect(presence.veiled.value).toBe(true)
      expect(presence.returns(time * 10_000 + away)).toBe(where)
    }
    expect(presence.hasLeft()).toBe(left)
  })

  it('is a fresh start where she closed the app herself after the exit, and a usual one afterwards', async () => {
    const presence = await load()
    presence.exited()
    presence.hid(1, true)
    expect(presence.returns(2)).toBe('home')
    presence.hid(3, true)
    expect(presence.returns(4)).toBe('here')
  })

  it('is no return when the app was never away', async () => {
    const presence = await load()
    expect(presence.returns(99 * minute)).toBe('here')
    presence.exited()
    expect(presence.returns(99 * minute)).toBe('here')
  })
})

describe('what a page shows', () => {
  it('is gone while the app is away, and back within the grace', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const presence = await load()
    const page = ref('内容')
    effectScope().run(() => presence.sheltered(page, ''))
    presence.hid(1)
    expect(page.value).toBe('')
    presence.veiled.value = false
    expect(page.value).toBe('内容')
  })

  it('stays gone for who comes back later', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const presence = await load()
    const page = ref('内容')
    effectScope().run(() => presence.sheltered(page, ''))
    presence.hid(1)
    presence.forgetShown()
    presence.veiled.value = false
    expect(page.value).toBe('')
  })
})
