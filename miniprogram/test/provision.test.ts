import { describe, expect, it } from 'vitest'
import type { LawDifference, LawVersion } from '@/api/types'
import { about, articleName, changeLine, citedToo, flat, inChinese, itemParts, light, resembles, sinceBefore, standingLine, versionBefore } from '@/core/provision'

describe('numbers as laws write them', () => {
  it.each([
    [1, '一'], [10, '十'], [12, '十二'], [20, '二十'], [23, '二十三'], [100, '一百'], [101, '一百零一'], [110, '一百一十'], [115, '一百一十五'],
    [260, '二百六十'], [1004, '一千零四'], [1040, '一千零四十'], [1079, '一千零七十九'], [1260, '一千二百六十'], [1000, '一千'],
  ])('%i is %s', (n, said) => {
    expect(inChinese(n)).toBe(said)
  })

  it.each([['23', '第二十三条'], ['260-1', '第二百六十条之一'], ['1260', '第一千二百六十条'], ['x', 'x'], ['', '']])('article %s is %s', (number, name) => {
    expect(articleName(number)).toBe(name)
  })
})

describe('an item', () => {
  it.each([
    ['（二）不履行职责的；', '（二）', '不履行职责的；'],
    ['(十二) 其他情形。', '（十二）', '其他情形。'],
    ['没有写号的', '（三）', '没有写号的'],
  ])('%s', (text, numeral, words) => {
    expect(itemParts(text, 2)).toEqual({ numeral, words })
  })
})

describe('what is cited in an article', () => {
  const lights = (paragraph: number, item: number) =>
    [[0, -1], [1, -1], [1, 0], [1, 1]].map(([p, i]) => light({ paragraph, item }, p, i))

  it.each([
    ['the whole article', 0, 0, ['plain', 'plain', 'plain', 'plain']],
    ['a 款 with its 项', 2, 0, ['dim', 'lit', 'lit', 'lit']],
    ['a 项, with the sentence that leads to it', 2, 2, ['dim', 'lead', 'dim', 'lit']],
    ['a 项 of an article of one 款', 0, 1, ['lead', 'dim', 'dim', 'dim']],
  ])('%s', (_, paragraph, item, want) => {
    expect(lights(paragraph, item)).toEqual(want)
  })
})

describe('a law by name', () => {
  const names = ['反家庭暴力法', '中华人民共和国反家庭暴力法']
  it.each([
    ['', true], ['反家暴法', true], ['家庭', true], ['《反家庭暴力法》', true], ['中华人民共和国反家庭暴力法', true], ['法家', false], ['民法典', false],
  ])('%s', (typed, found) => {
    expect(resembles(typed, names)).toBe(found)
  })
})

describe('versions', () => {
  const at = (effective: string): LawVersion => ({ version: `${effective}.x`, effective, until: '', status: 'in_force', articles: 1 })

  it('know the one before, in whatever order they come', () => {
    const all = [at('2021-06-01'), at('2007-06-01'), at('2013-01-01')]
    expect(versionBefore(all, '2021-06-01.x')).toBe('2013-01-01.x')
    expect(versionBefore(all, '2007-06-01.x')).toBe('')
    expect(versionBefore(all, 'unknown')).toBe('')
  })

  it('are dated, and say whether they apply', () => {
    expect(standingLine({ effective: '2016-03-01', status: 'in_force' })).toBe('2016 年 3 月 1 日起施行 · 现行有效')
    expect(standingLine({ effective: '', status: 'to_come' })).toBe('还没施行')
  })

  it.each([
    ['added', '', '这一条是新加的，上一版（2009 年 1 月 1 日起施行）里没有。'],
    ['renumbered', '20', '这一条在上一版（2009 年 1 月 1 日起施行）里是第二十条，文字没有变。'],
    ['changed', '20', '这一条改过了，上一版（2009 年 1 月 1 日起施行）里是第二十条。'],
    ['changed', '', '这一条改过了，和上一版（2009 年 1 月 1 日起施行）不一样。'],
  ] as ['added' | 'renumbered' | 'changed', string, string][])('say what stood there before: %s %s', (kind, number, said) => {
    expect(sinceBefore({ version: 'x', effective: '2009-01-01', kind, number })).toBe(said)
  })

  const text = (number: string) => ({ number, label: articleName(number), paragraphs: [] })
  const change = (kind: LawDifference['kind'], before: string, after: string): LawDifference => ({ kind, before: before ? text(before) : null, after: after ? text(after) : null })

  it.each([
    [change('changed', '3', '3'), '第三条改过了'],
    [change('changed', '3', '4'), '第三条现在是第四条，文字也改过了'],
    [change('renumbered', '23', '25'), '第二十三条现在是第二十五条，文字没有变'],
    [change('added', '', '24'), '第二十四条是新加的'],
    [change('removed', '21', ''), '第二十一条没有了'],
  ])('say what moved in words: %#', (one, line) => {
    expect(changeLine(one)).toBe(line)
  })

  it('show first what she came for', () => {
    const all = [change('changed', '3', '3'), change('renumbered', '23', '25'), change('added', '', '24')]
    expect(about(all, '23').map(changeLine)[0]).toContain('第二十三条')
    expect(about(all, '24').map(changeLine)[0]).toContain('第二十四条')
    expect(about(all, '')).toHaveLength(3)
  })
})

describe('what else stands on an article', () => {
  const by = (slugs: string[], questions: number) => ({ citedBy: { explainers: slugs.map((slug) => ({ slug, title: slug })), questions: Array.from({ length: questions }, () => ({ stem: '题', topic: null })) } })

  it.each([
    [by(['a', 'b'], 5), 'a', '还有 1 个故事、5 道题用到这一条'],
    [by(['a'], 0), 'a', ''],
    [by(['a', 'b'], 0), '', '有 2 个故事用到这一条'],
    [by([], 3), '', '有 3 道题用到这一条'],
    [by([], 0), 'a', ''],
  ])('%#', (article, here, said) => {
    expect(citedToo(article, here)).toBe(said)
  })

  it('is laid out line by line', () => {
    expect(flat([{ text: '下列：', items: ['（一）甲；', '乙。'] }])).toEqual([
      { text: '下列：', item: false }, { text: '（一）甲；', item: true }, { text: '（二）乙。', item: true },
    ])
  })
})
