import type { Citation } from '@/api/types'

export interface CitationProps {
  citation: Citation
  /** The story she is reading, so that it is not counted among the others. */
  here?: string
}
