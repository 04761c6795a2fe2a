export interface AwayProps {
  /** Why the page did not come; none while it is on the way. */
  error?: unknown
}
