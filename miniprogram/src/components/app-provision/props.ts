import type { Paragraph } from '@/api/types'

export interface ProvisionProps {
  paragraphs: Paragraph[]
  /** The cited 款 from 1, 0 when the whole article is meant. */
  paragraph?: number
  /** The cited 项 from 1, 0 when none is meant. */
  item?: number
}

/** Position of the cited part and height of the screen, in px. */
export interface Lit {
  top: number
  bottom: number
  screen: number
}
