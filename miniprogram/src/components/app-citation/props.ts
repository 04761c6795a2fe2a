import type { Citation } from '@/api/types'

export interface CitationProps {
  citation: Citation
}
