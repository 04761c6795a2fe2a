import { pathOf, request } from '@/core/request'
import type { Appointment, Booked, BookingOptions, CounsellorCards, FoundBooking, Joined, Slots } from './types'

/** A time with somebody who listens, whom every address calls a teacher, as the pages do. What she looks at is asked as nobody; a time she takes carries her session where there is one. */
export type Mode = Appointment['mode']
export type Whom = 'self' | 'child' | 'other'

export const getOptions = () => request<BookingOptions>('GET', pathOf(['appointments', 'options']))

export interface Wish {
  mode: Mode
  region?: string
  topic?: string
}

export const listCounsellors = (wish: Wish) => request<CounsellorCards>('GET', pathOf(['teachers'], { ...wish }))

/** Free times from one civil day to another, both included: of one counsellor, or of anybody who fits. */
export const listSlots = (wish: Wish, counsellor: string | undefined, from: string, to: string) =>
  request<Slots>('GET', counsellor ? pathOf(['teachers', counsellor, 'slots'], { mode: wish.mode, from, to }) : pathOf(['slots'], { ...wish, from, to }))

/** A time of one counsellor, by its id, or of anybody, by its start. */
export type Wanted = { slot: string } | { any: { start: string } }

export const hold = (wish: Wish, wanted: Wanted, key: string) => request<Appointment>('POST', '/appointments', { as: 'me', body: { ...wish, ...wanted }, key })

export const extend = (id: string) => request<Appointment>('POST', pathOf(['appointments', id, 'extension']), { as: 'me', body: {} })

export interface Contact {
  call: boolean
  number?: string
  when?: string[]
  as?: 'centre' | 'community' | 'own'
  asText?: string
  answered?: 'wrong_number' | 'call_back'
  message?: 'none' | 'neutral'
}

export interface Answers {
  for: Whom
  age?: string
  topics: string[]
  safety: Record<string, string>
  text: string
  alone?: string
  before?: string
  consent: boolean
  contact: Contact
  not: string[]
}

export const confirm = (id: string, answers: Answers) =>
  request<Booked>('POST', pathOf(['appointments', id, 'confirmation']), { as: 'me', body: answers })

export const find = (code: string) => request<FoundBooking>('POST', '/appointments/found', { as: 'me', body: { code } })

export const move = (id: string, code: string, slot: string) =>
  request<Appointment>('POST', pathOf(['appointments', id, 'move']), { as: 'me', body: { code, slot } })

/** cancel gives a time back; one that is only held needs no code. */
export const cancel = (id: string, code = '') => request<void>('POST', pathOf(['appointments', id, 'cancellation']), { as: 'me', body: code ? { code } : {} })

export const join = (wish: Wish, counsellor: string | undefined, from: string, to: string, key: string) =>
  request<Joined>('POST', '/me/waitlist', { as: 'me', body: { mode: wish.mode, region: wish.region, counsellor, from, to }, key })

export const leave = (id: string, code: string) => request<void>('DELETE', pathOf(['me', 'waitlist', id]), { as: 'me', pickupCode: code })
