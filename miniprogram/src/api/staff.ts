import { pathOf, request } from '@/core/request'

/** Whoever works here, on her phone. Opening asks as the resident she is; everything else carries the session of staff. */
export interface PhoneSession {
  token: string
  expiresAt: string
  name: string
  roles: string[]
}

export const openPhone = () => request<PhoneSession>('POST', '/staff/sessions', { as: 'me' })

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
