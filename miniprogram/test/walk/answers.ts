import type { Asked } from './phone'

/** A small school: one story whose text bears a canary, and its two questions. */
export const canary = '金丝雀甲'

const brief = { slug: 'wanfeng', title: '她不用一个人去', summary: '有些事，别人可以替她去办。', minutes: 6, citations: 1, sample: true, tags: ['家里的事'] }
const citation = {
  law: 'fjtblf', lawTitle: '中华人民共和国反家庭暴力法', short: '反家庭暴力法', effective: '2016-03-01', status: 'in_force',
  article: '23', paragraph: 2, item: 0, label: '反家庭暴力法 第二十三条第二款', changed: false,
}
const question = (id: string, multiple: boolean) => ({
  id, kind: multiple ? 'multiple' : 'single', multiple, stem: `${canary}题${id}？`, options: [{ id: 'a', text: `甲${id}` }, { id: 'b', text: `乙${id}` }],
})
const questions = [question('q1', false), question('q2', true)]
const result = {
  score: 1, total: 2, released: true,
  results: questions.map((q, i) => ({
    question: q.id, stem: q.stem, correct: i === 0, chosen: ['a'], answer: i === 0 ? ['a'] : ['a', 'b'], options: q.options,
    explanation: `${canary}为什么`, concept: 'x', citations: [citation], explainer: { slug: 'wanfeng', title: brief.title }, ...(i === 1 ? { again: { slug: 'wanfeng', title: brief.title } } : {}),
  })),
}

const version = (effective: string, status: string) => ({ version: `${effective}.x`, effective, until: '', status, articles: 2 })
const [now, before] = [version('2016-03-01', 'in_force'), version('2009-01-01', 'repealed')]
const law = { law: 'fjtblf', title: citation.lawTitle, short: citation.short, effective: '2016-03-01', status: 'in_force', articles: 2, imported: true }
const wording = (text: string) => ({ number: '23', label: '第二十三条', paragraphs: [{ text, items: [] }] })
const article = {
  ...law, number: '23', label: '第二十三条', heading: '第四章 某章', version: now.version, previous: '22', next: '',
  paragraphs: [{ text: `${canary}第一款。`, items: [] }, { text: `${canary}第二款：`, items: ['（一）甲项；', '（二）乙项。'] }],
  citedBy: { explainers: [{ slug: 'wanfeng', title: brief.title }, { slug: 'malan', title: '草场上有她的名字' }], questions: ['甲', '乙', '丙', '丁'].map((n, i) => ({ ...(i ? {} : { scenario: `${canary}情境。` }), stem: `${canary}${n}题？`, topic: i < 3 ? { slug: 'maicao', title: '家里的事' } : null })) },
  versions: [now, before], changed: { version: before.version, effective: before.effective, kind: 'changed', number: '23' },
}
const highlighted = (text: string) => text.split(/(彩)/).map((t) => ({ text: t, hit: t === '彩' }))

const prepared: Record<string, unknown> = {
  'GET /laws': { items: [{ ...law, short: `${canary}法`, versions: 2 }], next: '' },
  'GET /laws/fjtblf': { ...law, aliases: ['反家暴法'], number: '', issued: '2015-12-27', version: now.version, versions: [now, before], contents: [{ level: 1, title: '第四章 某章', articles: [{ number: '23', label: '第二十三条', start: `${canary}第一款…` }] }] },
  'GET /laws/fjtblf/articles/23': article,
  'GET /laws/fjtblf/changes': { ...law, from: before, to: now, same: 1, items: [{ kind: 'changed', before: wording(`${canary}旧话。`), after: wording(`${canary}新话。`) }] },
  'GET /search': {
    items: [
      { kind: 'explainer', title: highlighted('彩礼的故事'), excerpt: highlighted(`${canary}彩`), slug: 'wanfeng', law: '', number: '', label: '', topic: null },
      { kind: 'article', title: highlighted('某法'), excerpt: [], slug: '', law: 'fjtblf', number: '23', label: '第二十三条', topic: null },
    ],
    total: 2, kinds: { explainer: 1, question: 0, law: 0, article: 1 },
  },
  'GET /me/reviews': { kept: true, due: 2, tomorrow: 1, concepts: [] },
  'POST /me/reviews/attempts': { id: 'a1', title: '复习', state: 'open', questions, answers: {}, expiresAt: '2030-01-01T00:00:00Z' },
  'GET /home': { daily: { count: 5, minutes: 3 }, explainers: [brief], explainerCount: 1, topics: [{ slug: 'maicao', title: '家里的事', summary: '', count: 2, minutes: 1 }], sampleNotice: '示范内容 · 待专业审定' },
  'GET /explainers/wanfeng': {
    ...brief, id: 'x', version: 1, lang: 'zh-CN', checkedAt: '2026-11', provenance: 'invented', provenanceText: '故事是编的。', shareTitle: '她不用一个人去', questions: 2, notice: '这里引用的一条法律改过了。',
    body: `<h2>发生了什么</h2><p>${canary}的故事。</p><p>可以代为申请。<a class="cite" href="#cite-0">反家庭暴力法 第二十三条第二款</a></p>`, citations: [citation], pictures: [], rechecking: false,
  },
  'POST /explainers/wanfeng/attempts': { id: 'a1', title: brief.title, state: 'open', questions, answers: {}, expiresAt: '2030-01-01T00:00:00Z' },
  'GET /attempts/a1': { id: 'a1', title: brief.title, state: 'open', questions, answers: {}, expiresAt: '2030-01-01T00:00:00Z' },
  'POST /attempts/a1/submission': result,
  'GET /hotlines': { items: [{ name: '苏木妇联', number: '0471-1', kind: 'x', hours: '周一至周五', testedDay: '2026-11-12', region: '15', demo: true }] },
  'POST /sessions': { token: 'token-1', expiresAt: '2030-01-01T00:00:00Z', endKey: 'end-1', member: { id: 'm', kind: 'guest' } },
  'GET /me/keeping': { mistakes: true, reading: false, favourites: false },
}

export function answers(asked: Asked) {
  const found = prepared[`${asked.method} ${asked.path.split('?')[0]}`]
  if (found) return { status: asked.method === 'POST' && !asked.path.includes('submission') ? 201 : 200, data: structuredClone(found) }
  return { status: 204 }
}
