import { defineConfig } from 'vite'
import uni from '@dcloudio/vite-plugin-uni'
import { quiet } from './build/quiet'

export default defineConfig({
  plugins: [quiet(), uni()],
})
