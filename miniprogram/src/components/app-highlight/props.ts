import type { Segment } from '@/api/types'

export interface HighlightProps {
  pieces: Segment[]
  /** What the mark means: met by a search, in the older wording alone, in the newer alone. */
  as?: 'met' | 'old' | 'new'
}
