import { computed, ref, watch } from 'vue'
import { dropVoice, freshId, putVoice } from '@/api/drafts'
import type { DraftVoice } from '@/api/types'
import { covered, veiled } from '@/core/presence'
import { said } from '@/core/problem'
import { NoMicrophone, record, type Take } from '@/pen/recorder'
import type { Story } from './draft'

/**
 * useVoices records into a box and sends what was said. A recording that did not arrive stays in memory and is sent again
 * by the same tap; one is under way at a time.
 */
export function useVoices(story: Story) {
  const speaking = ref<number>()
  const heard = ref(0)
  const sending = ref<number>()
  const failure = ref('')
  const failedAt = ref<number>()
  const added = ref<{ box: number; voice: DraftVoice }[]>([])
  const removed = ref<string[]>([])
  let running: Awaited<ReturnType<typeof record>> | undefined
  let ticking: ReturnType<typeof setInterval> | undefined
  let left: { box: number; id: string; take: Take } | undefined

  const voices = computed(() =>
    story.fields.boxes.map((_, box) =>
      [...(story.draft.value?.boxes[box]?.voices ?? []), ...added.value.filter((one) => one.box === box).map((one) => one.voice)].filter(
        (voice, i, all) => !removed.value.includes(voice.id) && all.findIndex((other) => other.id === voice.id) === i,
      ),
    ),
  )

  function fail(box: number, why: unknown) {
    failedAt.value = box
    failure.value = why instanceof NoMicrophone ? why.message : said(why)
  }

  async function speak(box: number): Promise<void> {
    failedAt.value = undefined
    if (left && left.box === box) return deliver()
    if (running) return finish()
    try {
      running = await record(() => void finish())
    } catch (why) {
      return fail(box, why)
    }
    speaking.value = box
    heard.value = 0
    ticking = setInterval(() => heard.value++, 1000)
  }

  async function finish(): Promise<void> {
    const [box, now] = [speaking.value, running]
    if (box === undefined || !now) return
    rest()
    try {
      left = { box, id: freshId(), take: await now.stop() }
    } catch (why) {
      return fail(box, why)
    }
    await deliver()
  }

  async function deliver(): Promise<void> {
    if (!left) return
    const { box, id, take } = left
    sending.value = box
    try {
      const voice = await putVoice(story.id.value, id, box, take)
      added.value.push({ box, voice })
      left = undefined
    } catch (why) {
      failedAt.value = box
      failure.value = `${said(why)} 录的还在，再按一次“说一段”就送。`
    } finally {
      sending.value = undefined
    }
  }

  function rest() {
    clearInterval(ticking)
    running = undefined
    speaking.value = undefined
  }

  /** hush ends a recording without sending it. */
  function hush() {
    running?.cancel()
    rest()
  }

  async function unsay(box: number, voice: DraftVoice): Promise<void> {
    failedAt.value = undefined
    try {
      await dropVoice(story.id.value, voice.id)
      removed.value.push(voice.id)
    } catch (why) {
      fail(box, why)
    }
  }

  watch([veiled, covered], ([away, gone]) => (away || gone) && hush(), { flush: 'sync' })
  return { voices, speaking, heard, sending, failure, failedAt, speak, unsay, hush }
}
