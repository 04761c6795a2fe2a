import { describe, expect, it, vi } from 'vitest'
import { Offline } from '@/core/problem'

async function page<T>(ask: () => Promise<T>) {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined)
  const { useLoad } = await import('@/core/load')
  return useLoad(ask)
}

describe('a page’s data', () => {
  it('shows nothing for 300 ms, then a skeleton, then itself', async () => {
    vi.useFakeTimers()
    let give: (v: string) => void = () => undefined
    const { data, phase, reload } = await page(() => new Promise<string>((done) => (give = done)))
    const loading = reload()
    vi.advanceTimersByTime(299)
    expect(phase.value).toBe('quiet')
    vi.advanceTimersByTime(1)
    expect(phase.value).toBe('skeleton')
    give('好')
    await loading
    expect([phase.value, data.value]).toEqual(['ready', '好'])
    vi.useRealTimers()
  })

  it('shows a skeleton again once it let go of what it showed, and none while it keeps it', async () => {
    vi.useFakeTimers()
    let give: (v: string) => void = () => undefined
    const { data, phase, reload } = await page(() => new Promise<string>((done) => (give = done)))
    const first = reload()
    give('一')
    await first
    const again = reload()
    vi.advanceTimersByTime(400)
    expect(phase.value).toBe('ready')
    give('二')
    await again
    data.value = undefined
    void reload()
    vi.advanceTimersByTime(400)
    expect(phase.value).toBe('skeleton')
    vi.useRealTimers()
  })

  it('tells what failed and tries again', async () => {
    const { Offline: Off, problemFrom } = await import('@/core/problem')
    const answers = [() => Promise.reject(new Off('network')), () => Promise.reject(problemFrom(404, {})), () => Promise.resolve(1)]
    const { data, phase, message, gone, reload } = await page<number>(() => answers.shift()!())
    await reload()
    expect([phase.value, gone.value]).toEqual(['offline', false])
    await reload()
    expect([phase.value, gone.value]).toEqual(['error', true])
    expect(message.value).not.toBe('')
    await reload()
    expect(data.value).toBe(1)
    expect(new Offline('network')).toBeInstanceOf(Error)
  })

  it('takes only the last of two answers', async () => {
    const gives: ((v: number) => void)[] = []
    const { data, reload } = await page(() => new Promise<number>((done) => gives.push(done)))
    const [one, two] = [reload(), reload()]
    gives[1](2)
    gives[0](1)
    await Promise.all([one, two])
    expect(data.value).toBe(2)
  })
})
