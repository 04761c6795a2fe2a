import { computed } from 'vue'
import { drawAttempt, getAttempt, putAnswer, submitAttempt, type Source } from '@/api/practice'
import type { Answers, Attempt, Result } from '@/api/types'
import { Offline, Problem } from './problem'
import { freshKey } from './request'
import { sceneNow } from './scene'
import { keepingCode, remembered, signedIn } from './session'
import * as storage from './storage'
import { onForget, volatile } from './volatile'

/**
 * The one attempt that is going on. Answers are stored here first and sent when the network allows;
 * handing in sends all of them, so that what was answered without network counts once. The attempt
 * outlives its page (she can go on later) but not the app, unless she asked this phone to remember.
 */
interface OngoingAttempt {
  id: string
  title: string
  source: Source
  as: 'me' | 'nobody'
  count: number
  answers: Answers
  expiresAt: string
}

const ongoing = volatile<OngoingAttempt | undefined>(() => undefined)
const finished = volatile<{ id: string; title: string; source: Source; result: Result } | undefined>(() => undefined)

export const current = computed(() => ongoing.value)
export const last = computed(() => finished.value)
export const answeredCount = computed(() => Object.values(ongoing.value?.answers ?? {}).filter((o) => o.length > 0).length)

/** The key of a draw is reused until it succeeds, so that a repeated tap draws one paper. */
const drawing = new Map<string, string>()
onForget(() => drawing.clear())

/** What was begun behind her code stays off the phone's storage, which asks for none. */
function keep(): void {
  if (!ongoing.value || keepingCode.value) return storage.remove('pending')
  if (remembered.value && ongoing.value.as === 'me') storage.write('pending', ongoing.value)
}

/** by is who is at the attempt; the code goes along as far as a session does. */
const by = (mine: OngoingAttempt) => ({ as: mine.as, keepingCode: mine.as === 'me' ? keepingCode.value : '' })

/** takeUp finds the attempt that a remembered phone was in the middle of. */
export function takeUp(now: number): void {
  const stored = storage.read<OngoingAttempt>('pending')
  if (!stored) return
  if (remembered.value && Date.parse(stored.expiresAt) > now) ongoing.value = stored
  else storage.remove('pending')
}

/** begin draws a new paper from the source, in place of one that was going on. */
export async function begin(source: Source): Promise<Attempt> {
  const name = JSON.stringify(source)
  const key = drawing.get(name) ?? freshKey()
  drawing.set(name, key)
  const as = signedIn.value ? 'me' : 'nobody'
  const attempt = await drawAttempt(source, sceneNow(), key, keepingCode.value)
  drawing.delete(name)
  const { id, title, expiresAt } = attempt
  ongoing.value = { id, title, source, as, count: attempt.questions.length, answers: { ...attempt.answers }, expiresAt }
  keep()
  return attempt
}

/** goOn fetches the paper of the attempt that is going on; answers given here win over older ones there. */
export async function goOn(): Promise<Attempt> {
  const mine = ongoing.value
  if (!mine) throw new Problem(404, 'attempt.none', '这份练习已经结束了，重新开始一份吧。')
  try {
    const attempt = await getAttempt(mine.id, by(mine))
    if (attempt.state === 'submitted' && attempt.result) finish(mine, attempt.result)
    else mine.answers = { ...attempt.answers, ...mine.answers }
    return attempt
  } catch (failure) {
    if (failure instanceof Problem && [401, 404, 410].includes(failure.status)) drop()
    throw failure
  }
}

/** choose stores what is selected so far; nothing is sent while she still makes up her mind. */
export function choose(question: string, options: string[]): void {
  if (!ongoing.value) return
  ongoing.value.answers = { ...ongoing.value.answers, [question]: options }
  keep()
}

/** answer stores the chosen options and sends them; without network they wait for the handing in. */
export function answer(question: string, options: string[]): void {
  choose(question, options)
  const mine = ongoing.value
  if (!mine) return
  void putAnswer(mine.id, question, options, by(mine)).catch(() => undefined)
}

/** handIn sends every answer at once; it throws Offline and keeps them where no answer came back. */
export async function handIn(): Promise<Result> {
  const mine = ongoing.value
  if (!mine) throw new Problem(404, 'attempt.none', '这份练习已经结束了，重新开始一份吧。')
  try {
    const result = await submitAttempt(mine.id, mine.answers, by(mine))
    finish(mine, result)
    return result
  } catch (failure) {
    if (!(failure instanceof Offline) && failure instanceof Problem && [404, 410].includes(failure.status)) drop()
    throw failure
  }
}

function finish(mine: OngoingAttempt, result: Result): void {
  if (ongoing.value?.id !== mine.id) return
  finished.value = { id: mine.id, title: mine.title, source: mine.source, result }
  drop()
}

/** drop gives the attempt up. */
export function drop(): void {
  ongoing.value = undefined
  keep()
}
