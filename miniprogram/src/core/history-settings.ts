import { dropKeeping, getKeeping, putKeeping } from '@/api/member'
import type { Keeping } from '@/api/types'
import { asGuest, keepingCode, signedIn, unlock } from './session'
import { volatile } from './volatile'

/** What she lets the classroom store. Nothing by default; a wrong code looks exactly like that. */
const nothing: Keeping = { mistakes: false, reading: false, favourites: false }
export type HistoryKind = 'mistakes' | 'reading' | 'favourites'

export const keeping = volatile<Keeping>(() => ({ ...nothing }))

/** refresh asks what is stored; without a session nothing is, and no request is sent. */
export async function refresh(): Promise<Keeping> {
  keeping.value = signedIn.value ? await getKeeping(keepingCode.value) : { ...nothing }
  return keeping.value
}

/**
 * change turns one kind on or off and says whether it is so now: behind a code that was not typed
 * nothing changes. `adopt` brings the mistakes of an attempt just finished along.
 */
export async function change(kind: HistoryKind, on: boolean, adopt?: string): Promise<boolean> {
  // The stored settings are read first: after a fresh start they are unknown here, and a guess would turn them off.
  const wished: Keeping = { ...(await refresh()), [kind]: on }
  const { mistakes, reading, favourites } = wished
  await putKeeping({ mistakes, reading, favourites, ...(adopt ? { adopt } : {}) }, keepingCode.value)
  return (await refresh())[kind] === on
}

/** turnOn opens a guest's session first when there is none: the tap on the switch is her consent. */
export async function turnOn(kind: HistoryKind, remember: boolean, adopt?: string): Promise<void> {
  await asGuest(remember)
  await change(kind, true, adopt)
}

/**
 * openWith sends a code she typed. It is kept only when it opened something: sent along with every request, one that
 * opens nothing would use up the tries. What is shown then is the same as without a code.
 */
export async function openWith(typed: string): Promise<void> {
  unlock(typed)
  if (!(await refresh()).locked) unlock('')
}

/** lock sets a new code, or takes it away with an empty one. */
export async function lock(newCode: string): Promise<void> {
  const { mistakes, reading, favourites } = keeping.value
  await putKeeping({ mistakes, reading, favourites, newCode }, keepingCode.value)
  await openWith(newCode)
}

/** throwAway deletes everything stored and the code with it. */
export async function throwAway(): Promise<void> {
  await dropKeeping()
  unlock('')
  await refresh()
}
