import type { Answers, Contact, Mode, Whom, Wish } from '@/api/booking'
import type { Appointment, Booked, CounsellorCard, Slot } from '@/api/types'
import { volatile } from '@/core/volatile'

/**
 * What she is about to book, in memory alone: nothing of it is stored on the phone, and 离开 forgets it. A time that the server
 * holds runs out there by itself.
 */
export interface Order {
  whom: Whom | ''
  safety: Record<string, 'yes' | 'no' | 'skip'>
  /** Cards that she closed: they do not open again. */
  closed: string[]
  age: string
  topics: string[]
  mode: Mode
  /** Undefined: whoever is free first. */
  counsellor: CounsellorCard | undefined
  reserved: Reserved | undefined
  text: string
  alone: string
  before: string
  consent: boolean
  not: string
  contact: Contact
  /** A booked time that is to be moved, with its code. */
  moving: { visit: Appointment; code: string } | undefined
  booked: Booked | undefined
}

/** A time the server keeps for her, and until when by this phone's clock. */
export interface Reserved {
  visit: Appointment
  until: number
  whole: number
}

const fresh = (): Order => ({
  whom: '', safety: {}, closed: [], age: '', topics: [], mode: 'in_person', counsellor: undefined, reserved: undefined, text: '', alone: '', before: '',
  consent: false, not: '', contact: { call: false }, moving: undefined, booked: undefined,
})

export const order = volatile<Order>(fresh)

/** startOver forgets what was written for an appointment that stands, or that she gave up. */
export function startOver(): void {
  order.value = fresh()
}

/** The answer took a while to come: the phone counts a little less than the server keeps. */
const onItsWay = 3

/**
 * reservedFor is a held time by this phone's clock, which need not be right: the seconds are the server's, they begin now. One that
 * is kept longer than that, as a freed time is, ends when the server says.
 */
export function reservedFor(visit: Appointment, seconds: number, now: number): Reserved {
  const said = Date.parse(visit.holdExpiresAt ?? '')
  const left = seconds - onItsWay
  const far = Number.isFinite(said) && said - now > 2 * seconds * 1000
  const until = far ? said : now + left * 1000
  return { visit, until, whole: until - now }
}

/** longer is a held time after five minutes more were had: they are added to what was left. */
export const longer = (current: Reserved, visit: Appointment, seconds: number, now: number): Reserved => {
  const until = Math.max(current.until, now) + seconds * 1000
  return { visit, until, whole: until - now }
}

export const wishOf = (o: Order, region: string | undefined): Wish => ({ mode: o.mode, ...(region ? { region } : {}), ...(o.topics.length === 1 ? { topic: o.topics[0] } : {}) })

/** The bands below the age from which a child may agree for itself. */
const young = ['under8', '8-13']
export const needsConsent = (o: Order): boolean => o.whom === 'child' && young.includes(o.age)

/** answersOf is what is sent when she confirms: only what was asked of her. */
export function answersOf(o: Order): Answers {
  const child = o.whom === 'child'
  const c = o.contact
  return {
    for: o.whom as Whom,
    ...(child && o.age ? { age: o.age } : {}),
    topics: o.topics,
    safety: o.safety,
    text: o.text.trim(),
    ...(child && o.alone ? { alone: o.alone } : {}),
    ...(o.before ? { before: o.before } : {}),
    consent: needsConsent(o) && o.consent,
    contact: c.call ? { ...c, number: (c.number ?? '').trim(), asText: c.as === 'own' ? (c.asText ?? '').trim() : undefined } : { call: false },
    not: o.not.split(/[，,、\s]+/).filter(Boolean).slice(0, 5),
  }
}

/** reachable says whether what she said of calls can be used: a number, when, and who we say we are. */
export const reachable = (c: Contact): boolean =>
  !c.call || (digitsOf(c.number ?? '').length >= 7 && !!c.when?.length && !!c.as && (c.as !== 'own' || !!c.asText?.trim()))

export const digitsOf = (s: string): string => s.replace(/\D/g, '')

/** nearest are up to `most` times closest to one that was lost, the lost one apart. */
export function nearest(slots: Slot[], to: string, most = 3): Slot[] {
  const at = Date.parse(to)
  const far = (s: Slot) => Math.abs(Date.parse(s.start) - at)
  return [...slots].sort((a, b) => far(a) - far(b) || Date.parse(a.start) - Date.parse(b.start)).slice(0, most).sort((a, b) => Date.parse(a.start) - Date.parse(b.start))
}

/** distinct keeps one of the times that begin together: who is free is decided when it is held. */
export function distinct(slots: Slot[]): Slot[] {
  const met = new Set<string>()
  return slots.filter((s) => !met.has(s.start) && met.add(s.start))
}
