import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fake } from './uni'

const load = () => import('@/core/storage')

describe('storage', () => {
  it('keeps, reads and removes keys on the list', async () => {
    const storage = await load()
    storage.write('fontsize', 'large')
    expect(storage.read('fontsize')).toBe('large')
    storage.remove('fontsize')
    expect(storage.read('fontsize')).toBeUndefined()
  })

  it('refuses every other key', async () => {
    const storage = await load()
    const other = 'history' as never
    expect(() => storage.write(other, 1)).toThrow(/not on the list/)
    expect(() => storage.read(other)).toThrow(/not on the list/)
    expect(fake().stored.size).toBe(0)
  })

  it('lives with a phone that keeps nothing', async () => {
    const storage = await load()
    fake().refuseStorage = true
    expect(() => storage.write('fontsize', 'large')).not.toThrow()
  })

  it('clears everything, also what others wrote', async () => {
    const storage = await load()
    fake().stored.set('somebody-else', 'x')
    sessionStorage.setItem('y', 'z')
    storage.clear()
    expect(fake().stored.size + sessionStorage.length).toBe(0)
  })
})

const touches = /\b(setStorage(Sync)?|getStorage(Sync)?|localStorage|sessionStorage|indexedDB|document\.cookie)\b/

function sources(dir: string): string[] {
  return readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.(ts|vue|js)$/.test(entry.name) ? [path] : []
  })
}

describe('the only door to storage', () => {
  it('is core/storage.ts', () => {
    const callers = sources('src').filter((path) => touches.test(readFileSync(path, 'utf8')))
    expect(callers.map((p) => p.replace(/\\/g, '/'))).toEqual(['src/core/storage.ts'])
  })

  it('would be seen if there were another', () => {
    expect(touches.test("uni.setStorageSync('x', 1)")).toBe(true)
    expect(touches.test('window.localStorage.x = 1')).toBe(true)
  })
})
