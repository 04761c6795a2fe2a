import { computed, onUnmounted, ref } from 'vue'
import { order } from './order'

/** useLeft tells the milliseconds that a held time has left, second by second while the page is there; 0 without one. */
export function useLeft() {
  const now = ref(Date.now())
  const beat = setInterval(() => (now.value = Date.now()), 1000)
  onUnmounted(() => clearInterval(beat))
  const left = computed(() => Math.max(0, (order.value.reserved?.until ?? 0) - now.value))
  return { left }
}
