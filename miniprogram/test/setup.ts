import { afterEach, beforeEach, vi } from 'vitest'
import { FakeUni } from './uni'

/** What modules of an earlier test listen to would answer in the next one. */
const listening: (() => void)[] = []
for (const target of [window, document] as EventTarget[]) {
  const add = target.addEventListener.bind(target)
  target.addEventListener = (...heard: Parameters<EventTarget['addEventListener']>) => {
    add(...heard)
    listening.push(() => target.removeEventListener(...heard))
  }
}
/** The same of channels between tabs, which every module of this process would hear. */
globalThis.BroadcastChannel = class extends BroadcastChannel {
  constructor(name: string) {
    super(name)
    listening.push(() => this.close())
  }
}
afterEach(() => listening.splice(0).forEach((stop) => stop()))

/** Every test meets fresh modules and a fresh phone; a test file may choose the platform before importing. */
beforeEach(() => {
  vi.resetModules()
  process.env.UNI_PLATFORM = 'h5'
  history.replaceState(null, '', '/')
  document.documentElement.removeAttribute('data-blank')
  localStorage.clear()
  sessionStorage.clear()
  const phone = new FakeUni()
  Object.assign(globalThis, { uni: phone, fetch: phone.fetch.bind(phone) })
  Object.assign(globalThis, { getCurrentPages: () => [] })
})
