import type { ExplainerBrief } from '@/api/types'

export interface StoryRowProps {
  story: ExplainerBrief
  last?: boolean
}
