import type { Asked } from './phone'

/** A small school: one story whose text bears a canary, and its two questions. */
export const canary = '金丝雀甲'

const brief = { slug: 'wanfeng', title: '她不用一个人去', summary: '有些事，别人可以替她去办。', minutes: 6, citations: 1, sample: true, tags: ['家里的事'] }
const citation = {
  law: 'fjtblf', lawTitle: '中华人民共和国反家庭暴力法', short: '反家庭暴力法', effective: '2016-03-01', status: 'in_force',
  article: '23', paragraph: 2, item: 0, label: '反家庭暴力法 第二十三条第二款',
}
const question = (id: string, multiple: boolean) => ({
  id, kind: multiple ? 'multiple' : 'single', multiple, stem: `${canary}题${id}？`, options: [{ id: 'a', text: `甲${id}` }, { id: 'b', text: `乙${id}` }],
})
const questions = [question('q1', false), question('q2', true)]
const result = {
  score: 1, total: 2, released: true,
  results: questions.map((q, i) => ({
    question: q.id, stem: q.stem, correct: i === 0, chosen: ['a'], answer: i === 0 ? ['a'] : ['a', 'b'], options: q.options,
    explanation: `${canary}为什么`, concept: 'x', citations: [citation], explainer: { slug: 'wanfeng', title: brief.title },
  })),
}

const told: Record<string, unknown> = {
  'GET /home': { daily: { count: 5, minutes: 3 }, explainers: [brief], explainerCount: 1, topics: [{ slug: 'maicao', title: '家里的事', summary: '', count: 2, minutes: 1 }], sampleNotice: '示范内容 · 待专业审定' },
  'GET /explainers/wanfeng': {
    ...brief, id: 'x', version: 1, lang: 'zh-CN', checkedAt: '2026-11', provenance: 'invented', provenanceText: '故事是编的。', shareTitle: '她不用一个人去', questions: 2,
    body: `<h2>发生了什么</h2><p>${canary}的故事。</p><p>可以代为申请。<a class="cite" href="#cite-0">反家庭暴力法 第二十三条第二款</a></p>`, citations: [citation],
  },
  'POST /explainers/wanfeng/attempts': { id: 'a1', title: brief.title, state: 'open', questions, answers: {}, expiresAt: '2030-01-01T00:00:00Z' },
  'GET /attempts/a1': { id: 'a1', title: brief.title, state: 'open', questions, answers: {}, expiresAt: '2030-01-01T00:00:00Z' },
  'POST /attempts/a1/submission': result,
  'GET /hotlines': { items: [{ name: '苏木妇联', number: '0471-1', kind: 'x', hours: '周一至周五', testedDay: '2026-11-12', region: '15', demo: true }] },
  'POST /sessions': { token: 'token-1', expiresAt: '2030-01-01T00:00:00Z', endKey: 'end-1', member: { id: 'm', kind: 'guest' } },
  'GET /me/keeping': { mistakes: true, reading: false, favourites: false },
}

export function answers(asked: Asked) {
  const found = told[`${asked.method} ${asked.path.split('?')[0]}`]
  if (found) return { status: asked.method === 'POST' && !asked.path.includes('submission') ? 201 : 200, data: structuredClone(found) }
  return { status: 204 }
}
