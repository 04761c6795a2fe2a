import { computed } from 'vue'
import { place } from './scene'
import { remembered } from './session'
import * as storage from './storage'
import { volatile } from './volatile'

/** The region whose lines she wants to see: chosen here, else that of the code she scanned, else none. */
export interface Named {
  code: string
  name: string
}

const picked = volatile<Named | undefined>(() => undefined)

export const chosenRegion = computed<Named | undefined>(
  () => picked.value ?? (remembered.value ? storage.read<Named>('region') : undefined) ?? place.value?.region,
)

/** chooseRegion sets the choice; it is stored on the phone only where she asked to be remembered. */
export function chooseRegion(region: Named | undefined): void {
  picked.value = region
  if (!remembered.value) return
  if (region) storage.write('region', region)
  else storage.remove('region')
}
