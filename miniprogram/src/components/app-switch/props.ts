export interface SwitchProps {
  title: string
  /** What being on or off means, in a sentence. */
  note: string
  on: boolean
  busy?: boolean
  last?: boolean
}
