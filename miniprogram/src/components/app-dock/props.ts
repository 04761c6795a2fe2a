export interface DockProps {
  /** False on the page that is the phone book itself. */
  phone?: boolean
  /** True above the tab bar. */
  raised?: boolean
}
