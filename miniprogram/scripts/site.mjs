// Lays the finished H5 build where the Go package embeds it.
import { cpSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
if (!existsSync(`${root}/dist/build/h5/index.html`)) {
  console.error('no H5 build: run `npm run build:h5` first')
  process.exit(1)
}
rmSync(`${root}/h5/site`, { recursive: true, force: true })
cpSync(`${root}/dist/build/h5`, `${root}/h5/site`, { recursive: true })
console.log('h5/site is the new build')
