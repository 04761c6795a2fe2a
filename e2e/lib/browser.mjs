// Chromium as a phone, with every request written down.
import { createRequire } from 'node:module'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { existsSync } from 'node:fs'

const { chromium } = createRequire(new URL('../../miniprogram/package.json', import.meta.url))('playwright-core')

export const sizes = { usual: { width: 375, height: 812 }, small: { width: 360, height: 640 } }
const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']
const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync) ?? '/usr/bin/chromium'

export const launch = (more = {}) => chromium.launch({ executablePath: program, args: flags, ...more })

/** launchAt opens a browser with its profile on disk, as on a phone. */
export const launchAt = (dir, base) => chromium.launchPersistentContext(dir, { executablePath: program, args: flags, ...shape(base, {}) })

const shape = (base, options) => ({ baseURL: base, viewport: sizes.usual, isMobile: true, hasTouch: true, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', colorScheme: 'light', serviceWorkers: 'block', ...options })

let pictures
function pictureFolder() {
  pictures ??= mkdtempSync(join(tmpdir(), 'pgy-e2e-pictures-'))
  mkdirSync(pictures, { recursive: true })
  return pictures
}

/** watch writes down every request of a context: method, address, identity, body. */
export function watch(context) {
  const seen = []
  context.on('request', (r) => {
    seen.push({ method: r.method(), url: r.url(), path: new URL(r.url()).pathname, authorization: r.headers().authorization ?? '', headers: JSON.stringify(r.headers()), body: r.postData() ?? '' })
  })
  return seen
}

/** strangers are the requests to any other origin than the server's. */
export const strangers = (seen, base) => seen.filter((r) => !/^(data|blob|about):/.test(r.url) && new URL(r.url).origin !== base).map((r) => r.url)

/** Phone is one browser context; `use` closes it, keeps a picture of a failure, and asserts that no other origin was asked. */
export class Phone {
  static async use(browser, server, options, walk) {
    const phone = new Phone()
    phone.server = server
    phone.context = await browser.newContext(shape(server.url, options))
    phone.context.setDefaultTimeout(20_000)
    phone.seen = watch(phone.context)
    phone.errors = []
    phone.context.on('weberror', (e) => phone.errors.push(e.error().message))
    phone.page = await phone.context.newPage()
    try {
      const result = await walk(phone)
      const elsewhere = options?.strangersExpected ? [] : strangers(phone.seen, server.url)
      if (elsewhere.length) throw new Error(`other origins were asked: ${elsewhere.join(' ')}`)
      if (phone.errors.length) throw new Error(`the page threw: ${phone.errors.join(' | ')}`)
      return result
    } catch (failure) {
      const path = join(pictureFolder(), `${(options?.name ?? 'walk').replace(/[^\w-]+/g, '-')}-${Date.now()}.png`)
      const shown = await phone.page.screenshot({ path, timeout: 5000 }).then(() => `\n  picture: ${path}`, () => '')
      failure.message += shown
      throw failure
    } finally {
      await phone.context.close()
    }
  }

  async home() {
    await this.page.goto('/')
    await this.page.locator('.hero__go').waitFor()
    await this.page.locator('.story-row__facts').first().waitFor()
  }
}
