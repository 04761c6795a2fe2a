import { build } from 'esbuild'
import type { Plugin } from 'vite'

/** The almanac's worker as one script beside index.html, whose address must not change from build to build. */
export function worker(platform: string | undefined): Plugin {
  return {
    name: 'pugongying:worker',
    apply: 'build',
    async generateBundle() {
      if (platform !== 'h5') return
      const made = await build({ entryPoints: ['src/almanac/worker.ts'], bundle: true, minify: true, charset: 'utf8', write: false, format: 'iife', target: 'es2020', loader: { '.css': 'text' } })
      this.emitFile({ type: 'asset', fileName: 'worker.js', source: made.outputFiles[0].text })
    },
  }
}
