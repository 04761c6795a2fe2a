import { pathOf, request, upload, type Chosen } from '@/core/request'
import type { Draft, DraftBrief, DraftConsent, DraftPicture, DraftVoice, SavedDraft } from './types'

/** A volunteer's stories. Every call carries the session of staff, which is in memory alone. */

/** What one save sends: the words of all four boxes. */
export interface Written {
  title: string
  provenance?: 'invented' | 'real'
  boxes: { text: string; pictures?: DraftPicture[] }[]
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** freshId draws an id on the phone, so that a request whose answer was lost is one story. */
export function freshId(): string {
  const bytes = new Uint8Array(26)
  if (typeof crypto !== 'undefined') crypto.getRandomValues(bytes)
  else bytes.forEach((_, i) => (bytes[i] = Math.floor(Math.random() * 256)))
  return Array.from(bytes, (b) => letters[b % 32]).join('')
}

export const listDrafts = () => request<{ items: DraftBrief[] }>('GET', '/me/drafts', { as: 'staff' })

export const beginDraft = (id: string) => request<Draft>('POST', '/me/drafts', { as: 'staff', body: { id } })

export const getDraft = (id: string) => request<Draft>('GET', pathOf(['me', 'drafts', id]), { as: 'staff' })

export const saveDraft = (id: string, revision: number, written: Written) =>
  request<SavedDraft>('PUT', pathOf(['me', 'drafts', id]), { as: 'staff', revision, body: written })

export const eraseDraft = (id: string) => request<void>('DELETE', pathOf(['me', 'drafts', id]), { as: 'staff' })

export const sendDraft = (id: string) => request<Draft>('POST', pathOf(['me', 'drafts', id, 'submission']), { as: 'staff' })

export const recordConsent = (id: string, consent: DraftConsent) =>
  request<Draft>('PUT', pathOf(['me', 'drafts', id, 'consent']), { as: 'staff', body: consent })

export const withdrawConsent = (id: string) => request<void>('DELETE', pathOf(['me', 'drafts', id, 'consent']), { as: 'staff' })

export const putVoice = (id: string, voice: string, box: number, take: { bytes: ArrayBuffer; seconds: number }) =>
  request<DraftVoice>('PUT', pathOf(['me', 'drafts', id, 'voices', voice], { box, seconds: take.seconds }), {
    as: 'staff',
    bytes: take.bytes,
    timeout: 120_000,
  })

export const getVoice = (id: string, voice: string) =>
  request<ArrayBuffer>('GET', pathOf(['me', 'drafts', id, 'voices', voice]), { as: 'staff', asBytes: true, timeout: 60_000 })

export const dropVoice = (id: string, voice: string) => request<void>('DELETE', pathOf(['me', 'drafts', id, 'voices', voice]), { as: 'staff' })

/** A picture goes to the library, where it is drawn anew without what its file told. */
export const addPicture = (chosen: Chosen) => upload<{ id: string }>('/staff/pictures', chosen)

export const getPicture = (id: string) => request<ArrayBuffer>('GET', pathOf(['staff', 'pictures', id, 'small']), { as: 'staff', asBytes: true })
