export type IconName =
  | 'phone' | 'leave' | 'home' | 'stories' | 'practice' | 'me' | 'back' | 'next'
  | 'check' | 'listen' | 'pause' | 'place' | 'offline' | 'keep' | 'lock' | 'bin' | 'find'

export interface IconProps {
  name: IconName
  /** Side in px before the text size is applied. */
  size?: number
}
