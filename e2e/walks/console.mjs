// Staff at their desks, in Chromium against the real binary. Each area of the console has a file in console/, which exports
// `steps(t, {browser, server})`; frame.mjs comes first and looks at what holds for every page, last.mjs at the end sees the
// pages with what the areas left in them.
import { readdirSync } from 'node:fs'

const folder = new URL('./console/', import.meta.url)

export async function console(t, tools) {
  const areas = readdirSync(folder).filter((f) => f.endsWith('.mjs') && !['frame.mjs', 'last.mjs'].includes(f)).sort()
  for (const file of ['frame.mjs', ...areas, 'last.mjs']) {
    const { steps } = await import(new URL(file, folder))
    await t.test(file.replace('.mjs', ''), (inner) => steps(inner, tools))
  }
}
