import type { DraftFinding, DraftPicture, DraftVoice } from '@/api/types'

export interface BoxProps {
  draft: string
  /** From 0. */
  index: number
  heading: string
  hint: string
  text: string
  voices: DraftVoice[]
  pictures: DraftPicture[]
  findings: DraftFinding[]
  /** Why what is in the box is not stored. */
  refused: string
  /** What the recorder does here: nothing, listens for so many seconds, or sends. */
  recording: number | undefined
  sending: boolean
  /** Why a recording is not here. */
  failure: string
  editable: boolean
}
