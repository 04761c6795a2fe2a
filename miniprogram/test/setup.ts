import { beforeEach, vi } from 'vitest'
import { FakeUni } from './uni'

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
