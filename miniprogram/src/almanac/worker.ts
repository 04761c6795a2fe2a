import css from './almanac.css'
import { dayOf } from './day'

/**
 * The browser's worker beside the app (H5): without network a reload shows the almanac, not the browser's error page. It
 * stores nothing and knows nothing but the almanac, which it draws when it is asked; with network it gives what the
 * server answers. `build/worker.ts` makes one script of it.
 */
interface Worker {
  registration: { scope: string }
  skipWaiting(): Promise<void>
  addEventListener(kind: 'install', heard: () => void): void
  addEventListener(kind: 'fetch', heard: (event: { request: Request; respondWith(answer: Promise<Response>): void }) => void): void
}

const worker = self as unknown as Worker

worker.addEventListener('install', () => void worker.skipWaiting())

worker.addEventListener('fetch', (event) => {
  const ours = new URL(event.request.url).pathname === new URL(worker.registration.scope).pathname
  if (event.request.mode !== 'navigate' || !ours) return
  event.respondWith(fetch(event.request).catch(() => page(Date.now())))
})

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
  'Cache-Control': 'no-store',
}

function page(now: number): Response {
  const day = dayOf(now)
  const under = [day.lunar, day.next].filter(Boolean).join(' · ')
  const html = `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>节气</title><style>body { margin: 0; } ${css}</style></head><body><main class="almanac">
<div class="almanac__bar">节气</div><div class="almanac__day">${day.civil} · ${day.weekday}</div><div class="almanac__term">${day.term}</div>
<div class="almanac__day">${under}</div><div class="almanac__lines"><div>${day.saying}</div><div>${day.chore}</div></div></main></body></html>`
  return new Response(html, { headers })
}
