export interface SheetProps {
  /** How far its content is scrolled, in px. */
  top?: number
  /** True when a button stands at its end, beside the dock (slot `foot`). */
  foot?: boolean
  /** What it is about, for a screen reader. */
  label?: string
}
