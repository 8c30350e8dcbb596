import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

/** Builds the page into dist/page: relative addresses, so that it works wherever it is mounted, and nothing inline, as its policy has it. */
export default defineConfig({
  root: fileURLToPath(new URL('page', import.meta.url)),
  base: './',
  logLevel: 'warn',
  build: {
    outDir: fileURLToPath(new URL('dist/page', import.meta.url)),
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // light-dark() of CSS is what both themes are made of.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
