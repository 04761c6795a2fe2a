import type { Block } from '@/core/html'

export interface RichProps {
  blocks: Block[]
}
