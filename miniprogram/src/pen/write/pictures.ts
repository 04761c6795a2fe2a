import type { Ref } from 'vue'
import { addPicture } from '@/api/drafts'
import { said } from '@/core/problem'
import type { Chosen } from '@/core/request'
import type { Story } from './draft'

interface Notice {
  sending: Ref<number | undefined>
  failure: Ref<string>
  failedAt: Ref<number | undefined>
}

/** usePictures puts pictures of the phone into a box; what was chosen is sent at once, and the words under it save themselves. */
export function usePictures(story: Story, notice: Notice) {
  const boxAt = (box: number) => story.fields.boxes[box]

  async function show(box: number): Promise<void> {
    notice.failedAt.value = undefined
    const picture = await chosen()
    if (!picture) return
    notice.sending.value = box
    try {
      const { id } = await addPicture(picture)
      boxAt(box).pictures = [...(boxAt(box).pictures ?? []), { id }]
      story.typed()
    } catch (why) {
      notice.failedAt.value = box
      notice.failure.value = said(why)
    } finally {
      notice.sending.value = undefined
    }
  }

  function unshow(box: number, id: string): void {
    boxAt(box).pictures = (boxAt(box).pictures ?? []).filter((one) => one.id !== id)
    story.typed()
  }

  function describe(box: number, id: string, description: string): void {
    boxAt(box).pictures = (boxAt(box).pictures ?? []).map((one) => (one.id === id ? { id, ...(description ? { description } : {}) } : one))
    story.typed()
  }

  return { show, unshow, describe }
}

/** chosen is the picture she chose, nothing where she chose none. */
function chosen(): Promise<Chosen | undefined> {
  // #ifdef H5
  return new Promise((done) => {
    const field = Object.assign(document.createElement('input'), { type: 'file', accept: 'image/*' })
    field.addEventListener('change', () => done(field.files?.[0]))
    field.addEventListener('cancel', () => done(undefined))
    field.click()
  })
  // #endif
  // #ifndef H5
  return new Promise((done) => {
    uni.chooseImage({ count: 1, sizeType: ['compressed'], success: ({ tempFilePaths }) => done((tempFilePaths as string[])[0]), fail: () => done(undefined) })
  })
  // #endif
}
