import { describe, expect, it } from 'vitest'
import type { Export } from '@/api/types'
import { copyOf } from '@/mine/data/copy'

const all: Export = {
  me: { id: 'abc', kind: 'guest', createdDay: '2026-11-20', ageBand: '18-59', region: '150102000000' },
  wechatDay: '2026-11-21',
  sessions: [{ seen: '2026-11-26', expires: '2026-12-26' }],
  keeping: { mistakes: true, reading: false, favourites: true },
  shelf: { favourites: [{ slug: 'a', title: '一个书包' }], read: [{ slug: 'b', title: '抽屉里的本子', day: '2026-11-22' }] },
  sittings: [
    { title: '每日五题', day: '2026-11-23', state: 'submitted', kept: true, score: 1, total: 2, replies: [{ stem: '题一？', chosen: ['甲', '乙'] }, { stem: '题二？', chosen: [] }] },
    { title: '孩子的事', day: '2026-11-24', state: 'open', kept: false, score: 0, total: 6, replies: [] },
  ],
  dismissed: ['q3'],
  explanation: '全部',
}

describe('her copy of everything', () => {
  it('says every fact in a sentence', () => {
    const printed = copyOf(all).map(({ title, lines }) => `${title}：${lines.join('；')}`)
    expect(printed).toEqual([
      '身份：游客，没有名字；编号：abc；从 2026 年 11 月 20 日起；2026 年 11 月 21 日第一次用微信登录；年龄段：18 到 59 岁；地区代码：150102000000',
      '登录：最近用到 2026 年 11 月 26 日，到 2026 年 12 月 26 日为止',
      '开着的：练习和错题；收藏',
      '收藏：一个书包',
      '读过的：2026 年 11 月 22 日：抽屉里的本子',
      '练习：2026 年 11 月 23 日 每日五题，一共 2 题，答对 1 题，错题留着；题一？ 你选了：甲、乙；题二？ 你选了：没有选；2026 年 11 月 24 日 孩子的事，还没有交',
      '拿掉的错题：题目编号：q3',
    ])
  })

  it('says where there is nothing', () => {
    const bare = copyOf({ ...all, me: { id: 'abc', kind: 'wechat', createdDay: '2026-11-20' }, sessions: [], shelf: { read: [], favourites: [] }, sittings: [], dismissed: [] })
    expect(bare.filter((part) => part.lines.join() === '没有').map((part) => part.title)).toEqual(['登录', '收藏', '读过的', '练习', '拿掉的错题'])
    expect(bare[0].lines).toContain('年龄段：不说')
  })
})
