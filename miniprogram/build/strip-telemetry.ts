import type { Plugin } from 'vite'

/**
 * What the framework brings along and a resident's phone must not do: ask a host of the framework's
 * maker for a picture three seconds after launch, know advertisement hosts, and write a device id
 * into storage. The framework's own tab bar goes too, since ours follows night and text size. Each edit names the text it expects, so that an upgrade that moves it stops the build.
 */
interface Edit {
  file: RegExp
  find: RegExp
  put: string
}

const edits: Edit[] = [
  { file: /uni-mp-weixin\/dist\/uni\.mp\.esm\.js/, find: /^ {4}preloadAsset\(\);$/m, put: '' },
  {
    file: /uni-mp-weixin\/dist\/uni\.api\.esm\.js/,
    find: /deviceId = deviceId \|\| global\.getStorageSync\(UUID_KEY\);[\s\S]*?toRes\.deviceId = deviceId;/,
    put: "toRes.deviceId = '';",
  },
  { file: /uni-mp-weixin\/dist\/uni\.api\.esm\.js/, find: /\[详情\]\(https:[^)]*\)/, put: '' },
  { file: /uni-h5\/dist\/uni-h5\.es\.js/, find: /storage\[UUID_KEY\] = deviceId;/, put: '' },
  { file: /uni-h5\/dist\/uni-h5\.es\.js/, find: /(_AdConfig, "URL", )"https:[^"]*"/, put: '$1""' },
  { file: /uni-h5\/dist\/uni-h5\.es\.js/, find: /(_AdReport, "URL", )"https:[^"]*"/, put: '$1""' },
  {
    file: /uni-h5\/dist\/uni-h5\.es\.js/,
    find: /computed\(\(\) => route\.meta\.isTabBar && tabBar2\.shown\)/,
    put: 'computed(() => false)',
  },
  // Back closes a sheet before it leaves the page: `core/history` is asked before the framework lets go of the page.
  { file: /uni-h5\/dist\/uni-h5\.es\.js/, find: /if \(info\.direction === "back"\) \{/, put: 'if (info.direction === "back" && window.dispatchEvent(new Event("pgy:back", { cancelable: true }))) {' },
  // A page whose chunk never loaded is in the history but not among the pages: going back past it removed one too many.
  { file: /uni-h5\/dist\/uni-h5\.es\.js/, find: /const end = start - delta;\n(?= {2}for \(let i = start; i > end; i--\) \{\n {4}const page = getPage\$BasePage\(keys)/, put: 'const end = Math.max(-1, start - delta);\n' },
]

const preload = /body::?after\s*\{[^}]*shadow-preload[^}]*\}\s*@keyframes shadow-preload\s*\{(?:[^{}]*\{[^}]*\})*\s*\}/g

/** Addresses that name a vocabulary and are never asked. */
const vocabulary = /^https?:\/\/www\.w3\.org\//

/** foreignOrigins lists every address of another host in a text, vocabularies excepted. */
export function foreignOrigins(text: string): string[] {
  const found = text.match(/(?:https?:|wss?:)?\/\/[a-z0-9-]+(?:\.[a-z0-9-]+)+[^\s"'`)]*/gi) ?? []
  return found.filter((address) => !vocabulary.test(address))
}

function edit(code: string, id: string): string {
  return edits
    .filter((e) => e.file.test(id))
    .reduce((text, e) => {
      if (!e.find.test(text)) throw new Error(`strip-telemetry: ${e.find} no longer found in ${id}`)
      return text.replace(e.find, e.put)
    }, code)
}

/** stripTelemetry edits the framework's runtime and refuses a bundle that names any other origin. */
export function stripTelemetry(): Plugin[] {
  return [
    {
      name: 'pugongying:strip-telemetry',
      enforce: 'pre',
      apply: 'build',
      transform(code, id) {
        return edits.some((e) => e.file.test(id)) ? { code: edit(code, id), map: null } : null
      },
    },
    {
      name: 'pugongying:strip-telemetry-bundle',
      enforce: 'post',
      apply: 'build',
      generateBundle: {
        order: 'post',
        handler(_, bundle) {
          for (const part of Object.values(bundle)) {
            if (part.type === 'asset' && typeof part.source === 'string') part.source = hush(part.source)
            if (part.type === 'chunk') part.code = hush(part.code)
            const text = part.type === 'chunk' ? part.code : String(part.source)
            const foreign = foreignOrigins(text)
            if (foreign.length) this.error(`${part.fileName} names ${foreign.join(', ')}`)
          }
        },
      },
    },
  ]
}

function hush(text: string): string {
  return text
    .replace(preload, '')
    .replace(/https:\/\/vuejs\.org\/error-reference\/#runtime-/g, 'vue-runtime-')
}
