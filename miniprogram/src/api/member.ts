import { parting, pathOf, request } from '@/core/request'
import type { Reviews } from './types'
import type { ClaimCode, Export, Keeping, KeepingChange, Me, MeChange, Mistake, Page, Session, Bookmarks } from './types'

/** What belongs to her. Sessions are opened only by her tap; every other call carries the session. */
export const openGuest = (remember: boolean) =>
  request<Session>('POST', '/sessions', { body: { provider: 'guest', remember } })

export const openWechat = (code: string) => request<Session>('POST', '/sessions', { body: { provider: 'wechat', code } })

export const closeSession = () => request<void>('DELETE', '/sessions/current', { as: 'me' })

/** Ends the session of the key, as nobody: the key can do nothing else. Nobody waits for it. */
export const endSession = (key: string) => parting('/sessions/end', { key })

export const getMe = () => request<Me>('GET', '/me', { as: 'me' })

export const patchMe = (change: MeChange) =>
  request<Me>('PATCH', '/me', { as: 'me', body: change })

export const eraseMe = () => request<void>('DELETE', '/me', { as: 'me' })

export const exportMe = (keepingCode: string) => request<Export>('GET', '/me/export', { as: 'me', keepingCode })

export const askClaimCode = (keepingCode: string) => request<ClaimCode>('POST', '/me/claim-code', { as: 'me', keepingCode })

export const claim = (code: string, keepingCode: string) => request<Me>('POST', '/me/claim', { as: 'me', body: { code }, keepingCode })

export const getKeeping = (keepingCode: string) => request<Keeping>('GET', '/me/keeping', { as: 'me', keepingCode })

export const putKeeping = (change: KeepingChange, keepingCode: string) =>
  request<void>('PUT', '/me/keeping', { as: 'me', body: change, keepingCode })

export const dropKeeping = () => request<void>('DELETE', '/me/keeping', { as: 'me' })

export const listMistakes = (keepingCode: string, after?: string) =>
  request<Page<Mistake>>('GET', pathOf(['me', 'mistakes'], { after, limit: 20 }), { as: 'me', keepingCode })

export const dropMistake = (question: string, keepingCode: string) =>
  request<void>('DELETE', pathOf(['me', 'mistakes', question]), { as: 'me', keepingCode })

export const getBookmarks = (keepingCode: string) => request<Bookmarks>('GET', '/me/shelf', { as: 'me', keepingCode })

export type BookmarkList = 'read' | 'favourites'

export const putBookmark = (list: BookmarkList, slug: string, keepingCode: string) =>
  request<void>('PUT', pathOf(['me', 'shelf', list, slug]), { as: 'me', keepingCode })

export const dropBookmark = (list: BookmarkList, slug: string, keepingCode: string) =>
  request<void>('DELETE', pathOf(['me', 'shelf', list, slug]), { as: 'me', keepingCode })

/** What is due of the points she keeps; without a mistakes book nothing is. */
export const getReviews = (keepingCode: string) => request<Reviews>('GET', '/me/reviews', { as: 'me', keepingCode })
