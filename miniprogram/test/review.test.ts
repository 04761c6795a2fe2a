import { describe, expect, it } from 'vitest'
import { fake, signIn } from './uni'

const load = () => import('@/core/review')
const reviews = (over: object = {}) => ({ kept: true, due: 3, tomorrow: 2, concepts: [], ...over })

async function said(answer: object | undefined) {
  await signIn(false)
  const review = await load()
  const asking = review.refresh()
  if (answer) await fake().last('/me/reviews').answer(200, answer)
  else await fake().last('/me/reviews').fail()
  await asking
  return review.dueNow()
}

describe('what is due today', () => {
  it('is asked of nobody before there is a session', async () => {
    const review = await load()
    await review.refresh()
    expect(fake().asked).toEqual([])
    expect(review.dueNow()).toBeUndefined()
  })

  it('is said with tomorrow’s count, and without blame', async () => {
    const due = await said(reviews())
    expect(due).toEqual({ today: '今天有 3 个要点该复习', tomorrow: '一次最多 5 题 · 明天还有 2 个' })
    expect(JSON.stringify(due)).not.toMatch(/连续|坚持|打卡|落下|忘了|错/)
  })

  it.each([
    ['nothing is due', reviews({ due: 0 })],
    ['she keeps nothing', reviews({ kept: false })],
    ['there is no network', undefined],
  ])('is not shown when %s', async (_, answer) => {
    expect(await said(answer)).toBeUndefined()
  })

  it('says that tomorrow brings none', async () => {
    expect((await said(reviews({ tomorrow: 0 })))?.tomorrow).toBe('一次最多 5 题 · 明天没有新的')
  })

  it('is asked behind the code she typed, and forgotten with everything', async () => {
    const session = await signIn(false)
    session.unlock('4321')
    const review = await load()
    const asking = review.refresh()
    expect(fake().last('/me/reviews').header).toMatchObject({ 'X-Keeping-Code': '4321', Authorization: 'Bearer token-1' })
    await fake().last().answer(200, reviews())
    await asking
    const { forgetAll } = await import('@/core/volatile')
    forgetAll()
    expect(review.dueNow()).toBeUndefined()
  })
})

describe('looking something up', () => {
  it('is done as nobody, with the words in the request alone', async () => {
    await signIn(true)
    const law = await import('@/api/law')
    void law.search('彩礼 & 嫁妆', 'law')
    const { path, header } = fake().last()
    expect(path).toBe(`/search?q=${encodeURIComponent('彩礼 & 嫁妆')}&kind=law&limit=20`)
    expect(header).not.toHaveProperty('Authorization')
    void law.getArticle('xf', '260-1')
    expect(fake().last().path).toBe('/laws/xf/articles/260-1')
    void law.getChanges('xf')
    expect(fake().last().path).toBe('/laws/xf/changes')
    expect(fake().asked.filter((a) => a.path !== '/sessions' && a.header.Authorization)).toEqual([])
    expect([...fake().stored.keys()]).toEqual(['token'])
  })
})
