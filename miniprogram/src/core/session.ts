import { computed } from 'vue'
import { openGuest, openWechat, endSession, closeSession } from '@/api/member'
import type { Session } from '@/api/types'
import { identify } from './request'
import * as storage from './storage'
import { volatile } from './volatile'

/**
 * Who she is, if anybody. It promises that nothing here signs in by itself: a session opens only by
 * her tap, is stored on the phone only after 在这台手机上记住, and ends with the exit.
 */
interface StoredSession extends Session {
  remembered: boolean
}

const current = volatile<StoredSession | undefined>(() => undefined)
/** The keeping code she typed, for as long as the app is open. */
const code = volatile(() => '')

export const signedIn = computed(() => current.value !== undefined)
export const remembered = computed(() => current.value?.remembered === true)
export const kind = computed(() => current.value?.member.kind ?? '')
export const keepingCode = computed(() => code.value)

identify({ token: () => current.value?.token ?? '', expired: forget, codeWaits: () => unlock('') })

/** resume takes up the session she asked this phone to remember; it asks the server nothing. */
export function resume(now: number): void {
  const stored = storage.read<StoredSession>('token')
  if (!stored) return
  if (!stored.token || Date.parse(stored.expiresAt) <= now) return storage.remove('token')
  current.value = { ...stored, remembered: true }
}

function open(session: Session, remember: boolean): void {
  current.value = { ...session, remembered: remember }
  if (remember) storage.write('token', session)
}

/** asGuest opens a guest's session, by her tap alone. */
export async function asGuest(remember: boolean): Promise<void> {
  if (current.value) return remember ? rememberHere() : undefined
  open(await openGuest(remember), remember)
}

/** withWechat signs in with WeChat, by her tap alone. */
export async function withWechat(): Promise<void> {
  const { code: jsCode } = await uni.login({ provider: 'weixin' })
  open(await openWechat(jsCode), false)
}

/** withSandbox signs in with the built-in WeChat of a demonstration, by her tap alone in place of what was open. */
export async function withSandbox(name: string): Promise<void> {
  open(await openWechat(`sandbox-${name}`), false)
}

/** rememberHere keeps the session on this phone until the exit, or until she takes it back. */
export function rememberHere(): void {
  if (!current.value) return
  current.value = { ...current.value, remembered: true }
  storage.write('token', current.value)
}

/** forgetHere takes the session off the phone's storage; it goes on until the app is closed. */
export function forgetHere(): void {
  storage.remove('token')
  storage.remove('pending')
  if (current.value) current.value = { ...current.value, remembered: false }
}

/** unlock keeps the typed code in memory; whether it is right only the server's answers tell. */
export function unlock(typed: string): void {
  code.value = typed
}

const ended = new Set<() => void>()

/** onEnd registers what ends together with her session. */
export function onEnd(act: () => void): void {
  ended.add(act)
}

/** forget drops the session here without telling the server. */
export function forget(): void {
  current.value = undefined
  code.value = ''
  for (const act of ended) act()
  storage.remove('token')
  storage.remove('pending')
}

/** signOut ends the session here first, and on the server if it can be reached. */
export async function signOut(): Promise<void> {
  if (!current.value) return
  const closing = closeSession()
  forget()
  await closing.catch(() => undefined)
}

/** takeEndKey gives the key that can only end the session, before everything is forgotten. */
export function takeEndKey(): string {
  return current.value?.endKey ?? ''
}

/** endQuietly ends a session by its key, as nobody, and does not wait. */
export function endQuietly(key: string): void {
  if (key) endSession(key)
}
