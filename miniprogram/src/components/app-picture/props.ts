import type { Picture } from '@/api/types'

export interface PictureProps {
  picture: Picture
}
