export interface SkeletonProps {
  /** The shape of what is coming: rows in a card, a text to read, a question with options. */
  shape: 'list' | 'text' | 'question'
  rows?: number
}
