import { describe, expect, it } from 'vitest'
import { blocksOf, partsOf } from '@/core/html'

const textOf = (html: string) => blocksOf(html).map((b) => b.runs.map((r) => r.text).join(''))

describe('a story’s text', () => {
  it('keeps parts, paragraphs, emphasis and citations in their order', () => {
    const html = '<h2>法律怎么说</h2>\n<p>可以<strong>代为申请</strong>。<a class="cite" href="#cite-2">反家庭暴力法 第二十三条第二款</a></p>'
    expect(blocksOf(html)).toEqual([
      { kind: 'h2', runs: [{ text: '法律怎么说' }] },
      {
        kind: 'p',
        runs: [{ text: '可以' }, { text: '代为申请', strong: true }, { text: '。' }, { text: '反家庭暴力法 第二十三条第二款', cite: 2 }],
      },
    ])
  })

  it('numbers ordered lists and leaves the others to a bullet', () => {
    const blocks = blocksOf('<ul><li>一</li><li><p>二</p></li></ul><ol><li>甲</li><li>乙</li></ol>')
    expect(blocks.map((b) => [b.kind, b.order])).toEqual([['li', 0], ['li', 0], ['li', 1], ['li', 2]])
  })

  it('shows quotations as such and text outside any block', () => {
    expect(blocksOf('<blockquote><p>原话</p></blockquote>后来').map((b) => b.kind)).toEqual(['quote', 'p'])
  })

  it('decodes entities and folds white space', () => {
    expect(textOf('<p>  a &amp;\n  b&#32;&lt;i&gt; &#x4e2d;&nbsp;&unknown; </p>')).toEqual(['a & b <i> 中\u00a0&unknown;'])
  })

  it.each([
    ['<script>alert(1)</script><p>好</p>', ['好']],
    ['<style>p{}</style><p>好</p>', ['好']],
    ['<p>好<img src=x onerror=alert(1)></p>', ['好']],
    ['<p>一<!-- <p>藏 --></p>', ['一']],
    ['<p onclick="x>y">好</p>', ['好']],
    ['<script>alert(1)', []],
    ['<p>没有关', ['没有关']],
    ['</p></ul></strong>好', ['好']],
    ['1 < 2', ['1 < 2']],
    ['', []],
  ])('makes only text of %s', (html, want) => {
    expect(textOf(html)).toEqual(want)
  })

  it('follows no link but a citation’s', () => {
    const runs = blocksOf('<p><a href="https://x.example">站外</a><a href="#cite-x">坏</a><a href="javascript:1">坏</a></p>')[0].runs
    expect(runs.every((r) => r.cite === undefined)).toBe(true)
  })

  it('reads a long broken text quickly', () => {
    const started = performance.now()
    blocksOf('<p "'.repeat(20_000))
    expect(performance.now() - started).toBeLessThan(2_000)
  })

  it('is cut at the headings of its parts, and at no other', () => {
    const html = '<h2>发生了什么</h2><p>一</p><h3>那天</h3><p>二</p><h2>她怎么做的</h2><p>三</p><h2>后来</h2><p>四</p>'
    const parts = partsOf(blocksOf(html), ['发生了什么', '她怎么做的', '法律怎么说'])
    expect(parts.map((part) => part.map((block) => block.runs[0].text))).toEqual([[], ['发生了什么', '一', '那天', '二'], ['她怎么做的', '三', '后来', '四']])
    expect(partsOf([], ['发生了什么'])).toEqual([[]])
  })
})
