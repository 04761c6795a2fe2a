import { describe, expect, it } from 'vitest'
import type { Draft, SavedDraft } from '@/api/types'
import type { Written } from '@/api/drafts'

const written = (...texts: string[]): Written => ({ title: '', boxes: [0, 1, 2, 3].map((i) => ({ text: texts[i] ?? '', pictures: [] })) })

const stored = (revision: number, ...texts: string[]) =>
  ({ title: '', revision, boxes: [0, 1, 2, 3].map((i) => ({ heading: '', text: texts[i] ?? '', pictures: [], voices: [] })) }) as unknown as Draft

/** A server that answers when the test says so, and a clock that runs when the test says so. */
async function desk(begin = written('')) {
  const { Keeper } = await import('@/pen/keeper')
  const { Offline, Problem } = await import('@/core/problem')
  const asked: { revision: number; written: Written; answer: (revision: number) => Promise<void>; fail: (why: unknown) => Promise<void> }[] = []
  const timers: { at: number; act: () => void }[] = []
  const flushed = () => new Promise<void>((done) => setTimeout(done, 0))
  let now = 0
  const keeper = new Keeper(
    {
      changed: () => undefined,
      save: (revision, sent) =>
        new Promise<SavedDraft>((resolve, reject) =>
          asked.push({
            revision,
            written: sent,
            answer: (next) => (resolve({ revision: next, at: '', findings: [], refused: [] } as SavedDraft), flushed()),
            fail: (why) => (reject(why), flushed()),
          }),
        ),
      after: (ms, act) => timers[timers.push({ at: now + ms, act }) - 1],
      stop: (timer) => void timers.splice(timers.indexOf(timer as never), 1),
    },
    1,
    begin,
  )
  const pass = async (ms: number) => {
    now += ms
    for (const timer of timers.filter((t) => t.at <= now)) {
      timers.splice(timers.indexOf(timer), 1)
      timer.act()
    }
    await flushed()
  }
  const conflict = (d: Draft) => new Problem(409, 'contribution.conflict', '别处改过', 0, { stored: d })
  return { keeper, asked, pass, conflict, Offline, Problem }
}

describe('what saves a story by itself', () => {
  it('sends within two seconds of the first key, however long she goes on typing', async () => {
    const { keeper, asked, pass } = await desk()
    const { within } = await import('@/pen/keeper')
    expect(within).toBeLessThan(2_000)
    for (let i = 1; i <= 20; i++) {
      keeper.edit(written('字'.repeat(i)))
      await pass(100)
    }
    expect(asked.length).toBe(1)
    expect(asked[0].written.boxes[0].text).toBe('字'.repeat(15))
    expect(asked[0].revision).toBe(1)
  })

  it('has one save under way, and says saved only of what the server said so', async () => {
    const { keeper, asked, pass } = await desk()
    keeper.edit(written('一'))
    await pass(1_500)
    keeper.edit(written('一二'))
    await pass(5_000)
    expect(asked.length).toBe(1)
    expect(keeper.phase).toBe('saving')
    await asked[0].answer(2)
    expect(keeper.phase).toBe('waiting')
    expect(keeper.unsaved).toBe(true)
    await pass(1_500)
    expect(asked[1].revision).toBe(2)
    await asked[1].answer(3)
    expect(keeper.phase).toBe('saved')
    expect(keeper.unsaved).toBe(false)
  })

  it('keeps the text without a network, says so, and tries again', async () => {
    const { keeper, asked, pass, Offline } = await desk()
    const { savedInWords } = await import('@/pen/keeper')
    keeper.edit(written('一'))
    await pass(1_500)
    await asked[0].fail(new Offline('network'))
    expect(keeper.phase).toBe('offline')
    expect(savedInWords('offline', 0, 0)).toContain('没有网络')
    await pass(4_000)
    expect(keeper.phase).toBe('offline')
    expect(asked.length).toBe(2)
    await asked[1].answer(2)
    expect(keeper.phase).toBe('saved')
  })

  it('takes a text of its own whose answer was lost for no conflict, and goes on with what came after', async () => {
    const { keeper, asked, pass, conflict, Offline } = await desk()
    keeper.edit(written('一'))
    await pass(1_500)
    await asked[0].fail(new Offline('timeout'))
    keeper.edit(written('一二'))
    await pass(4_000)
    await asked[1].fail(conflict(stored(2, '一')))
    expect(keeper.theirs).toBeUndefined()
    await pass(1_500)
    expect(asked[2].revision).toBe(2)
    expect(asked[2].written.boxes[0].text).toBe('一二')
  })

  it('stops at a text of another phone, with both, and saves nothing before she picked', async () => {
    const { keeper, asked, pass, conflict } = await desk()
    keeper.edit(written('我的'))
    await pass(1_500)
    await asked[0].fail(conflict(stored(7, '那边的')))
    expect(keeper.phase).toBe('conflict')
    expect([keeper.latest.boxes[0].text, keeper.theirs?.boxes[0].text]).toEqual(['我的', '那边的'])
    keeper.edit(written('我的，还在写'))
    await keeper.flush()
    await pass(60_000)
    expect(asked.length).toBe(1)
    keeper.pick('mine')
    await pass(0)
    expect([asked[1].revision, asked[1].written.boxes[0].text]).toEqual([7, '我的，还在写'])
  })

  it('takes the stored text where she picks it', async () => {
    const { keeper, asked, pass, conflict } = await desk()
    keeper.edit(written('我的'))
    await pass(1_500)
    await asked[0].fail(conflict(stored(7, '那边的')))
    keeper.pick('theirs')
    await pass(10_000)
    expect(keeper.latest.boxes[0].text).toBe('那边的')
    expect(keeper.unsaved).toBe(false)
    expect(asked.length).toBe(1)
  })

  it('keeps what is not saved when her time is over, and goes on once she is inside again', async () => {
    const { keeper, asked, pass, Problem } = await desk()
    keeper.edit(written('一'))
    await pass(1_500)
    await asked[0].fail(new Problem(401, 'session.expired', '登录过期了'))
    expect(keeper.phase).toBe('ended')
    keeper.edit(written('一二'))
    await pass(60_000)
    expect(asked.length).toBe(1)
    keeper.resume()
    await pass(0)
    expect(asked[1].written.boxes[0].text).toBe('一二')
  })

  it('says why where the server will not have it', async () => {
    const { keeper, asked, pass, Problem } = await desk()
    keeper.edit(written('一'))
    await pass(1_500)
    await asked[0].fail(new Problem(409, 'contribution.state', '已经交上去了'))
    expect([keeper.phase, keeper.why]).toEqual(['refused', '已经交上去了'])
  })

  it('gives back what is not saved, and nothing else', async () => {
    const { keeper, asked, pass } = await desk()
    expect(keeper.close()).toBeUndefined()
    keeper.edit(written('一'))
    expect(keeper.close()?.boxes[0].text).toBe('一')
    await pass(10_000)
    expect(asked.length).toBe(0)
  })
})
