import { onUnmounted, ref, shallowRef, type Ref } from 'vue'
import { Offline, said } from './problem'
import { sheltered } from './presence'

export type Phase = 'quiet' | 'skeleton' | 'ready' | 'error' | 'offline'

export interface Loaded<T> {
  data: Ref<T | undefined>
  phase: Ref<Phase>
  message: Ref<string>
  reload: () => Promise<void>
}

const patience = 300

/** useLoad asks for a page's data: nothing for 300 ms, then a skeleton, then the page or what went wrong. */
export function useLoad<T>(ask: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T>()
  const phase = ref<Phase>('quiet')
  const message = ref('')
  let turn = 0

  async function reload(): Promise<void> {
    const mine = ++turn
    if (phase.value !== 'ready') phase.value = 'quiet'
    const slow = setTimeout(() => {
      if (mine === turn && phase.value === 'quiet') phase.value = 'skeleton'
    }, patience)
    try {
      const answer = await ask()
      if (mine !== turn) return
      data.value = answer
      phase.value = 'ready'
    } catch (failure) {
      if (mine !== turn) return
      message.value = said(failure)
      phase.value = failure instanceof Offline ? 'offline' : 'error'
    } finally {
      clearTimeout(slow)
    }
  }

  onUnmounted(() => {
    turn++
  })
  sheltered(data as Ref<T | undefined>, undefined)
  return { data: data as Ref<T | undefined>, phase, message, reload }
}
