import { afterEach, expect, it, vi } from 'vitest'
import { savesData } from '@/core/saving'

afterEach(() => vi.unstubAllGlobals())

const network = (answer: (o: { success: (r: { networkType: string }) => void; fail: () => void }) => void) =>
  vi.stubGlobal('uni', { ...uni, getNetworkType: answer })

it('fetches little on a slow network and where the browser wishes it', async () => {
  for (const [networkType, wanted] of [['2g', true], ['3g', true], ['4g', false], ['wifi', false]] as const) {
    network((o) => o.success({ networkType }))
    expect(await savesData()).toBe(wanted)
  }
  network((o) => o.fail())
  expect(await savesData()).toBe(false)
  vi.stubGlobal('navigator', { connection: { saveData: true } })
  expect(await savesData()).toBe(true)
})
