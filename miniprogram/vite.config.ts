import { defineConfig } from 'vite'
import uni from '@dcloudio/vite-plugin-uni'
import { bundled } from './build/bundled'
import { icons } from './build/icons'
import { stripTelemetry } from './build/strip-telemetry'
import { roles } from './build/roles'
import { tokens } from './build/tokens'
import { worker } from './build/worker'

export default defineConfig({
  plugins: [stripTelemetry(), icons(), tokens(process.env.UNI_PLATFORM), roles(process.env.UNI_PLATFORM), worker(process.env.UNI_PLATFORM), uni(), bundled(process.env.UNI_PLATFORM)],
  // File names are chrome too: a hash of all letters spells, sooner or later, a word an onlooker should not read.
  build: { rollupOptions: { output: { hashCharacters: 'hex' } } },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
