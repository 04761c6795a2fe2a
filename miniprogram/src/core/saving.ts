/** savesData says whether she wants, or can afford, few bytes: a slow network, or the browser's own wish. */
export function savesData(): Promise<boolean> {
  const wish = typeof navigator === 'undefined' ? undefined : (navigator as Navigator & { connection?: { saveData?: boolean } }).connection
  if (wish?.saveData) return Promise.resolve(true)
  return new Promise((done) => {
    uni.getNetworkType({
      success: ({ networkType }) => done(networkType === '2g' || networkType === '3g'),
      fail: () => done(false),
    })
  })
}
