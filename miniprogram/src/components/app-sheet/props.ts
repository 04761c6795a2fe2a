export interface SheetProps {
  /** How far its content is scrolled, in px. */
  top?: number
  /** True when it ends with a button beside the dock (slot `foot`). */
  foot?: boolean
  /** What it is about, for a screen reader. */
  label?: string
}
