import { computed, ref } from 'vue'
import * as storage from './storage'

/** How large text is: WeChat's own setting unless she chose one here. Factors of the drawn size. */
export const choices = [
  { id: 'auto', name: process.env.UNI_PLATFORM === 'h5' ? '标准' : '跟随微信', factor: 0 },
  { id: 'large', name: '大', factor: 1.15 },
  { id: 'larger', name: '更大', factor: 1.3 },
  { id: 'largest', name: '最大', factor: 1.5 },
] as const
export type Choice = (typeof choices)[number]['id']

const largest = 1.5
const wechatDefault = 16

const system = ref(1)
const chosen = ref<Choice>('auto')

export const textSize = computed(() => chosen.value)
export const factor = computed(() => choices.find((c) => c.id === chosen.value)?.factor || system.value)

/** follow reads the phone's setting; called at start and whenever the app comes to the front. */
export function follow(fontSizeSetting: number | undefined): void {
  const asked = (fontSizeSetting ?? wechatDefault) / wechatDefault
  system.value = Math.min(largest, Math.max(1, asked))
  const stored = storage.read<Choice>('fontsize')
  chosen.value = choices.some((c) => c.id === stored) ? stored! : 'auto'
}

/** choose keeps the size on the phone: it tells nothing about her. */
export function choose(id: Choice): void {
  chosen.value = id
  if (id === 'auto') storage.remove('fontsize')
  else storage.write('fontsize', id)
}
