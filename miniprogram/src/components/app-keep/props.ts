import type { Kept } from '@/core/keeping'

export interface KeepProps {
  kept: Kept
  /** A finished attempt whose mistakes go into the book. */
  adopt?: string
}
