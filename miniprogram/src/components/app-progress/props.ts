export interface ProgressProps {
  total: number
  /** Index of the question in front. */
  now: number
  /** Which are answered, by index. */
  done: boolean[]
}
