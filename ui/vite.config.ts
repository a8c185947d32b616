import { fileURLToPath } from 'node:url'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// The host is chosen when the bundle is made, not while it runs: the product's files then hold none
// of the demonstration data, and the demonstration needs no Tauri.
export default defineConfig(({ mode }) => {
  const demo = mode === 'demo' || mode === 'test'
  return {
    plugins: [svelte()],
    resolve: {
      alias: { '#host': here(demo ? './src/host/demo.ts' : './src/host/tauri.ts') },
      ...(mode === 'test' ? { conditions: ['browser'] } : {}),
    },
    clearScreen: false,
    server: { port: 1420, strictPort: true },
    build: {
      outDir: mode === 'demo' ? 'e2e/dist' : 'dist',
      target: ['safari17', 'chrome120'],
      // The strict policy has no `data:`; files keep the promise.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
    test: { include: ['src/**/*.test.ts'], environment: 'node' },
  }
})
