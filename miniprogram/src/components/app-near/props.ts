import type { SearchHelp } from '@/api/types'

export interface NearProps {
  /** What the search said; without it there is no network and only what needs none is shown. */
  help?: SearchHelp
}
