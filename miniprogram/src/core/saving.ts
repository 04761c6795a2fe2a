/** savesData says whether she wants, or can afford, few bytes: a slow network, or the browser's own wish. */
export function savesData(): Promise<boolean> {
  const line = typeof navigator === 'undefined' ? undefined : (navigator as Navigator & { connection?: { saveData?: boolean } }).connection
  if (line?.saveData) return Promise.resolve(true)
  return new Promise((done) => {
    uni.getNetworkType({
      success: ({ networkType }) => done(networkType === '2g' || networkType === '3g'),
      fail: () => done(false),
    })
  })
}
