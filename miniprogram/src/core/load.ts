import { onUnmounted, ref, shallowRef, type Ref } from 'vue'
import { Offline, Problem, said } from './problem'
import { sheltered } from './presence'

export type Phase = 'quiet' | 'skeleton' | 'ready' | 'error' | 'offline'

export interface Loaded<T> {
  data: Ref<T | undefined>
  phase: Ref<Phase>
  message: Ref<string>
  /** True where the server says that there is no such thing: asking again brings nothing. */
  gone: Ref<boolean>
  reload: () => Promise<void>
}

const patience = 300

/** useLoad asks for a page's data: nothing for 300 ms, then a skeleton, then the page or what went wrong. */
export function useLoad<T>(ask: () => Promise<T>): Loaded<T> {
  const data = shallowRef<T>()
  const phase = ref<Phase>('quiet')
  const message = ref('')
  const gone = ref(false)
  let turn = 0

  async function reload(): Promise<void> {
    const mine = ++turn
    // A page that keeps what it shows meanwhile needs no skeleton; one that let go of it does.
    if (phase.value !== 'ready' || data.value === undefined) phase.value = 'quiet'
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
      gone.value = failure instanceof Problem && failure.status === 404
      phase.value = failure instanceof Offline ? 'offline' : 'error'
    } finally {
      clearTimeout(slow)
    }
  }

  onUnmounted(() => {
    turn++
  })
  sheltered(data as Ref<T | undefined>, undefined)
  return { data: data as Ref<T | undefined>, phase, message, gone, reload }
}
