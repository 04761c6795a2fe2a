import { computed } from 'vue'
import { bindPhone, endPhone, getStaffMe, openPhone, stepUp, type PhoneSession } from '@/api/staff'
import { identifyStaff } from './request'
import * as session from './session'
import { onForget, volatile } from './volatile'

/**
 * The session of whoever works here, on her phone. It is in memory alone and for two hours at most, opens by her tap, and
 * ends with her other session and with 离开.
 */
const current = volatile<PhoneSession | undefined>(() => undefined)
const clock = volatile(() => 0)

export const inside = computed(() => current.value !== undefined && Date.parse(current.value.endsAt) > clock.value)
export const roles = computed<string[]>(() => current.value?.me.roles.map((r) => r.role) ?? [])
/** More of her roles hold once she typed a one-time code. */
export const withheld = computed(() => current.value?.me.withheld === true)
export const name = computed(() => current.value?.me.name ?? '')

/** What she typed and no server has yet, by story; it is in memory as long as she is inside. */
export const unsaved = new Map<string, unknown>()
onForget(() => unsaved.clear())

identifyStaff({ token: () => current.value?.token ?? '', expired: () => (current.value = undefined) })
session.onEnd(forget)

/** look notices that her time is over. */
export function look(now: number): void {
  clock.value = now
}

/** enter opens a session by her tap; her WeChat must be bound to an account. */
export async function enter(): Promise<void> {
  current.value = await openPhone()
  look(Date.now())
}

/** bind ties her WeChat to the account of an invitation, and opens a session. */
export async function bind(invitation: string, code: string): Promise<void> {
  current.value = await bindPhone(invitation, code)
  look(Date.now())
}

/** confirm proves her second factor: all her roles hold. */
export async function confirm(code: string): Promise<void> {
  await stepUp(code)
  const me = await getStaffMe()
  if (current.value) current.value = { ...current.value, me }
}

/** forget drops it here. */
export function forget(): void {
  current.value = undefined
  unsaved.clear()
}

/** go ends it here first, and on the server if it can be reached. */
export async function go(): Promise<void> {
  const ending = endPhone()
  forget()
  await ending.catch(() => undefined)
}
