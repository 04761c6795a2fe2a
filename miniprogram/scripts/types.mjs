// Makes src/api/schema.d.ts from openapi.json; with --check it only says whether the file is current.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const document_ = JSON.parse(readFileSync(at('openapi.json'), 'utf8'))
const made = `// Made by \`npm run types\` from the server's OpenAPI document. Do not edit by hand.\n\n${astToString(await openapiTS(document_))}`

if (!process.argv.includes('--check')) {
  writeFileSync(at('src/api/schema.d.ts'), made)
} else if (readFileSync(at('src/api/schema.d.ts'), 'utf8') !== made) {
  console.error('src/api/schema.d.ts is not what openapi.json says: run `make types`')
  process.exit(1)
}
