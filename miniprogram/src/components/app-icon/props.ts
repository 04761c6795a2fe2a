export type IconName =
  | 'phone' | 'leave' | 'home' | 'stories' | 'practice' | 'me' | 'back' | 'next'
  | 'check' | 'listen' | 'pause' | 'place' | 'offline' | 'keep' | 'lock' | 'bin' | 'find'
  | 'speak' | 'stop' | 'play' | 'picture' | 'calendar' | 'eye' | 'people' | 'film' | 'bell'

export interface IconProps {
  name: IconName
  /** Side in px before the text size is applied. */
  size?: number
}
