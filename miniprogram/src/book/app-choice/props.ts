import type { IconName } from '@/components/app-icon/props'

export interface ChoiceProps {
  /** What is asked, for those who hear it. */
  label: string
  items: { id: string; name: string; icon?: IconName }[]
  value: string
}
