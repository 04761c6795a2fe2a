import type { Tab } from '@/core/nav'

export interface TabsProps {
  now: Tab
}
