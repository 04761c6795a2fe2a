import type { Appointment } from '@/api/types'

export interface VisitProps {
  visit: Appointment
  /** Its pick-up code, without which nothing can be changed. */
  code: string
}
