import type { Plugin } from 'vite'

/** spoken gives a component's template WeChat's word for a role: it hands `aria-role` to screen readers and drops `role`. */
export function spoken(code: string): string {
  const end = code.lastIndexOf('</template>')
  return code.slice(0, end).replace(/(\s:?)role=/g, '$1aria-role=') + code.slice(end)
}

/** roles has every template speak WeChat's word where WeChat is the target (developers.weixin.qq.com, aria-component). */
export function roles(platform: string | undefined): Plugin {
  return {
    name: 'pugongying:roles',
    enforce: 'pre',
    transform(code, id) {
      return platform === 'mp-weixin' && id.endsWith('.vue') && code.includes('</template>') ? { code: spoken(code), map: null } : null
    },
  }
}
