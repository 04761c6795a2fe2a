/**
 * What the phone itself tells or does. WeChat's own calls are used directly: uni's wrappers around the
 * same facts would write a device id into storage.
 */
interface Wechat {
  getAppBaseInfo?(): { fontSizeSetting?: number }
  getWindowInfo?(): { statusBarHeight?: number; windowWidth: number }
  getMenuButtonBoundingClientRect?(): { left: number; top: number; height: number }
  getUpdateManager?(): { onUpdateReady(then: () => void): void; applyUpdate(): void }
  setVisualEffectOnCapture?(o: { visualEffect: 'none' | 'hidden'; fail?: () => void }): void
  onNeedPrivacyAuthorization?(ask: (resolve: (answer: { event: string; buttonId?: string }) => void) => void): void
  openPrivacyContract?(o: object): void
}

declare const wx: Wechat | undefined

const wechat = (): Wechat | undefined =>
  process.env.UNI_PLATFORM === 'mp-weixin' && typeof wx !== 'undefined' ? wx : undefined

/** fontSizeSetting is WeChat's text size in px, or undefined in a browser. */
export const fontSizeSetting = (): number | undefined => wechat()?.getAppBaseInfo?.().fontSizeSetting

/** bars says how much room the status bar takes and where WeChat's capsule begins, in px. */
export function bars(): { top: number; right: number; height: number } {
  const info = wechat()?.getWindowInfo?.()
  const capsule = wechat()?.getMenuButtonBoundingClientRect?.()
  if (!info || !capsule) return { top: 0, right: 0, height: 56 }
  const top = info.statusBarHeight ?? 20
  const gap = Math.max(4, capsule.top - top)
  return { top, right: Math.max(0, info.windowWidth - capsule.left), height: capsule.height + gap * 2 }
}

/** updateQuietly puts a new version in place at the next start, without asking or saying anything. */
export function updateQuietly(): void {
  const manager = wechat()?.getUpdateManager?.()
  manager?.onUpdateReady(() => undefined)
}

/** hideFromCapture asks the phone to keep this page out of screenshots and the task switcher. */
export function hideFromCapture(hidden: boolean): void {
  wechat()?.setVisualEffectOnCapture?.({ visualEffect: hidden ? 'hidden' : 'none', fail: () => undefined })
}

/** onPrivacyAsked runs when WeChat wants her consent before a privacy call; `answer` passes it on. */
export function onPrivacyAsked(ask: (answer: (event: 'agree' | 'disagree') => void) => void): void {
  wechat()?.onNeedPrivacyAuthorization?.((resolve) => {
    ask((event) => resolve(event === 'agree' ? { event, buttonId: 'privacy-agree' } : { event }))
  })
}

export const openPrivacyContract = (): void => wechat()?.openPrivacyContract?.({})

/** call opens the phone's dialer with the number; nothing is recorded. */
export function call(number: string): void {
  uni.makePhoneCall({ phoneNumber: number, fail: () => undefined })
}
