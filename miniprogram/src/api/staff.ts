import { pathOf, request } from '@/core/request'

/** Whoever works here, on her phone. Opening asks as the resident she is; everything else carries the session of staff. */
export interface PhoneSession {
  token: string
  endsAt: string
  me: StaffMe
}

export interface StaffMe {
  name: string
  roles: { role: string; region: string }[]
  /** More of her roles hold once she typed a one-time code. */
  withheld: boolean
}

export const openPhone = () => request<PhoneSession>('POST', '/staff/sessions', { as: 'me' })

export const getStaffMe = () => request<StaffMe>('GET', '/staff/me', { as: 'staff' })

export const stepUp = (code: string) => request<void>('POST', '/staff/sessions/current/confirmation', { as: 'staff', body: { code } })

/** What an invitation is for, before it is used; the secret is for her authenticator. */
export interface Invitation {
  name: string
  purpose: 'join' | 'renew' | 'bind'
  secret?: string
}

export const readInvitation = (invitation: string) => request<Invitation>('POST', '/staff/invitation', { as: 'me', body: { invitation } })

export const bindPhone = (invitation: string, code: string) =>
  request<PhoneSession>('POST', '/staff/bindings', { as: 'me', body: { invitation, code } })

export const endPhone = () => request<void>('DELETE', '/staff/sessions/current', { as: 'staff' })

/** What a scanned code asks: whether she is signing in at this desk. */
export interface Asked {
  digits: string
  device: string
  name: string
}

export const readCode = (code: string) => request<Asked>('POST', pathOf(['staff', 'codes', code, 'scan']), { as: 'me' })

export const answerCode = (code: string, answer: 'confirmation' | 'refusal') =>
  request<void>('POST', pathOf(['staff', 'codes', code, answer]), { as: 'me' })

/** Her own application to come and help. */
export interface Application {
  state: 'waiting' | 'accepted' | 'declined'
  seen: number
  reason?: string
  invitation?: string
}

export const myApplication = () => request<Application>('GET', '/volunteers/mine', { as: 'me' })

export const apply = (wish: { name: string; why: string; region: string }) =>
  request<void>('POST', '/volunteers', { as: 'me', body: wish })

/** What an officer may enter on her phone, and what of hers still waits for a proof. */
export interface Acts {
  kinds: { id: string; words: string; unit: string }[]
  projects: { id: string; name: string; region: string }[]
  waiting: { id: string; words: string; unit: string; day: string; quantity: number }[]
}

export interface Act {
  kind: string
  day: string
  project: string
  region: string
  quantity: number
  what: string
  note: string
}

export const getActs = () => request<Acts>('GET', '/me/acts', { as: 'staff' })

export const enterAct = (act: Act, key: string) => request<{ counted: boolean }>('POST', '/me/acts', { as: 'staff', body: act, key })
