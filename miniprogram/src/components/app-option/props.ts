export interface OptionProps {
  text: string
  on: boolean
  /** Several may be chosen: square instead of round. */
  multiple: boolean
}
