import { defineConfig } from 'vitest/config'

/** The compiled WeChat package, run page by page in a simulator. */
export default defineConfig({
  test: { environment: 'jsdom', include: ['test/walk/*.test.ts'], isolate: false, fileParallelism: false, testTimeout: 30_000 },
})
