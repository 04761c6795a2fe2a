export interface StateProps {
  kind: 'empty' | 'error' | 'offline'
  /** One sentence: what is so. */
  text: string
  /** The next step; without it there is none to take. */
  step?: string
}
