import { ref, type Ref } from 'vue'

/**
 * What lives only while the app is open. Everything a person reads, answers or opens is stored here or
 * in a page, never in storage, and one call forgets all of it.
 */
const forgetters = new Set<() => void>()

/** onForget registers what must also be emptied when she leaves, until the returned call takes it back. */
export function onForget(empty: () => void): () => void {
  forgetters.add(empty)
  return () => forgetters.delete(empty)
}

/** volatile is a ref that goes back to its fresh value when everything is forgotten. */
export function volatile<T>(fresh: () => T): Ref<T> {
  const state = ref(fresh()) as Ref<T>
  onForget(() => {
    state.value = fresh()
  })
  return state
}

let times = 0

/** How often everything was forgotten: what was asked before may not come back after. */
export const forgotten = (): number => times

/** forgetAll empties every holder, at once and without a request. */
export function forgetAll(): void {
  times++
  for (const empty of forgetters) empty()
}
