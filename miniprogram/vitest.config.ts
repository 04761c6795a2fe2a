import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'
import { icons } from './build/icons'

export default defineConfig({
  plugins: [icons()],
  resolve: { alias: { '@': resolve(__dirname, 'src') } },
  test: { environment: 'jsdom', include: ['test/*.test.ts'], setupFiles: ['test/setup.ts'] },
})
