import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'

/** turned gives tokens.css in WeChat's words: its root is `page`, and the phone's night is the only one. */
export function turned(css: string): string {
  return css
    .replace(/:root:not\(\[data-look=day\]\)/g, 'page')
    .replace(/:root/g, 'page')
    .replace(/\[data-look=night\]\s*\{[^}]*\}/g, '')
}

/** tokens lays the one tokens.css into the app's styles, turned where the target is WeChat. */
export function tokens(platform: string | undefined): Plugin {
  const line = "@import './styles/tokens.css';"
  return {
    name: 'pugongying:tokens',
    enforce: 'pre',
    transform(code, id) {
      if (platform !== 'mp-weixin' || !/App\.vue/.test(id) || !code.includes(line)) return null
      const css = readFileSync(resolve(__dirname, '../src/styles/tokens.css'), 'utf8')
      return { code: code.replace(line, turned(css)), map: null }
    },
  }
}
