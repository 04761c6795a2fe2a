import type { HistoryKind } from '@/core/history-settings'

export interface KeepProps {
  kind: HistoryKind
  /** A finished attempt whose mistakes go into the book. */
  adopt?: string
}
