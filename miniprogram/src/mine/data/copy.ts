import type { Export } from '@/api/types'
import { dayInWords } from '@/core/words'

/** Her copy of everything, as sentences: what is there, and also that nothing is. */
export interface Part {
  title: string
  lines: string[]
}

export const bands = [
  { id: '', name: '不说' },
  { id: 'under14', name: '14 岁以下' },
  { id: '14-17', name: '14 到 17 岁' },
  { id: '18-59', name: '18 到 59 岁' },
  { id: '60plus', name: '60 岁以上' },
] as const

const kinds = { mistakes: '练习和错题', reading: '读过什么', favourites: '收藏' } as const

/** copyOf leaves nothing out that the server gave. */
export function copyOf(all: Export): Part[] {
  const { me, keeping, shelf } = all
  const on = (Object.keys(kinds) as (keyof typeof kinds)[]).filter((kind) => keeping[kind]).map((kind) => kinds[kind])
  return [
    {
      title: '身份',
      lines: [
        me.kind === 'wechat' ? '微信用户' : '游客，没有名字',
        `编号：${me.id}`,
        `从 ${dayInWords(me.createdDay)}起`,
        ...(all.wechatDay ? [`${dayInWords(all.wechatDay)}第一次用微信登录`] : []),
        `年龄段：${bands.find((band) => band.id === (me.ageBand ?? ''))?.name ?? me.ageBand}`,
        ...(me.region ? [`地区代码：${me.region}`] : []),
      ],
    },
    { title: '登录', lines: all.sessions.map((one) => `最近用到 ${dayInWords(one.seen)}，到 ${dayInWords(one.expires)}为止`) },
    { title: '开着的', lines: on },
    { title: '收藏', lines: shelf.favourites.map((one) => one.title) },
    { title: '读过的', lines: shelf.read.map((one) => `${dayInWords(one.day)}：${one.title}`) },
    { title: '练习', lines: all.sittings.flatMap(attempt) },
    { title: '拿掉的错题', lines: all.dismissed.map((question) => `题目编号：${question}`) },
  ].map((part) => (part.lines.length ? part : { ...part, lines: ['没有'] }))
}

function attempt(one: Export['sittings'][number]): string[] {
  const done = one.state === 'submitted' ? `一共 ${one.total} 题，答对 ${one.score} 题` : '还没有交'
  const title = `${dayInWords(one.day)} ${one.title}，${done}${one.kept ? '，错题留着' : ''}`
  return [title, ...one.replies.map((reply) => `${reply.stem} 你选了：${reply.chosen.join('、') || '没有选'}`)]
}
