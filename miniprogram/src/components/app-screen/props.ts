import type { Tab } from '@/core/nav'

export interface ScreenProps {
  title: string
  /** The tab this page is; a page without one has a way back. */
  tab?: Tab
  /** False on the phone page, where the dock holds 离开 alone. */
  phone?: boolean
  /** True where the page itself is sensitive: hidden from screenshots. */
  sensitive?: boolean
  /** True when the page's one primary button is at the bottom. */
  action?: boolean
}
