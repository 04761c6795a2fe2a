import type { Ref } from 'vue'
import { addPicture } from '@/api/drafts'
import { said } from '@/core/problem'
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
    const path = await chosen()
    if (!path) return
    notice.sending.value = box
    try {
      const { id } = await addPicture(path)
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

/** chosen is the path of the picture she chose, '' where she chose none. */
function chosen(): Promise<string> {
  return new Promise((done) => {
    uni.chooseImage({ count: 1, sizeType: ['compressed'], success: ({ tempFilePaths }) => done((tempFilePaths as string[])[0] ?? ''), fail: () => done('') })
  })
}
