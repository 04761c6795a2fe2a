// What an onlooker could still find on the phone.

/** reachable reads everything a page and its storage hold, as one text each. */
const reachable = () => {
  const all = (storage) => JSON.stringify(Object.entries(storage))
  const databases = indexedDB.databases ? indexedDB.databases() : Promise.resolve([])
  return Promise.all([databases, self.caches ? caches.keys() : []]).then(([dbs, cached]) => ({
    dom: document.documentElement.outerHTML,
    fields: [...document.querySelectorAll('input,textarea')].map((i) => i.value).join(' '),
    title: document.title,
    address: location.href,
    state: JSON.stringify(history.state ?? {}),
    name: window.name,
    localStorage: all(localStorage),
    sessionStorage: all(sessionStorage),
    databases: dbs.map((d) => d.name).join(' '),
    caches: cached.join(' '),
    cookies: document.cookie,
  }))
}

/** residue lists where on this page any of the markers is found, as "place: marker". */
export async function residue(page, markers) {
  const found = []
  const places = await page.evaluate(reachable)
  for (const [place, text] of Object.entries(places)) {
    for (const marker of markers) if (text.includes(marker)) found.push(`${place}: ${marker}`)
  }
  for (const place of ['localStorage', 'sessionStorage', 'databases', 'caches', 'cookies']) {
    if (!['', '[]'].includes(places[place])) found.push(`${place} is not empty: ${places[place].slice(0, 200)}`)
  }
  return found
}

/** telltale lists the requests that carry her: an Authorization header or any of her ids anywhere. */
export function telltale(requests, ids, endKey) {
  return requests.filter((r) => {
    if (r.authorization) return true
    if (r.path === '/api/v1/sessions/end') return r.body !== JSON.stringify({ key: endKey }) || ids.some((id) => r.url.includes(id) || r.headers.includes(id))
    return [...ids, endKey].some((id) => r.url.includes(id) || r.body.includes(id) || r.headers.includes(id))
  }).map((r) => `${r.method} ${r.url}${r.authorization ? ' with Authorization' : ''}`)
}

/** covered says, in the page, whether one opaque layer lies over all of it. */
export const covered = () => {
  const sheet = document.querySelector('.cover')
  if (!sheet || getComputedStyle(sheet).opacity !== '1' || document.fullscreenElement) return false
  const parts = [0.01, 0.25, 0.5, 0.75, 0.99]
  return parts.every((x) => parts.every((y) => document.elementFromPoint(innerWidth * x, innerHeight * y) === sheet))
}

/**
 * timeVeil measures one touch in the page: `tick`, from the page's hearing of it until, in the same tick, nothing can be
 * seen any more (Infinity where something can), and `frame`, from the finger until the first frame without it; `seen`
 * says whether that frame still showed anything.
 */
export async function timeVeil(page) {
  await page.evaluate(`window.covered = ${covered}`)
  await page.evaluate(() => {
    const anything = () => !window.covered() && [...document.querySelectorAll('body, body *')].some((e) => getComputedStyle(e).visibility !== 'hidden' && e.innerText?.trim())
    window.veil = new Promise((done) => {
      let heard
      let tick
      window.addEventListener('touchstart', () => { heard = performance.now() }, { capture: true, once: true, passive: true })
      window.addEventListener('touchstart', () => {
        const ms = performance.now() - heard
        tick = anything() ? Infinity : ms
      }, { once: true, passive: true })
      window.addEventListener('touchstart', (touch) => requestAnimationFrame(() => {
        const frame = performance.now() - touch.timeStamp
        done({ tick: tick ?? Infinity, frame, seen: anything() })
      }), { capture: true, once: true, passive: true })
    })
  })
  return () => page.evaluate(() => window.veil)
}
