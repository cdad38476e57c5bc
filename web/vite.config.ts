import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const server = process.env['XIANFENG_URL'] ?? 'http://127.0.0.1:8080'
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: at('.'),
  // Served from the root of the server's own address; the pages route by the hash, so no other path is taken.
  base: '/',
  plugins: [vue()],
  resolve: { alias: { '@': at('src') } },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // iOS 14 and the web views of WeChat and WeCom on Android of the last four years.
    target: ['es2020', 'safari14', 'chrome87'],
    // The policy of the entry pages allows no inline script, and every browser above knows module preloading or does without.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      input: { m: at('m/index.html'), console: at('console/index.html') },
      output: {
        // A page is one file and its styles: on a slow network many small files wait for each other. What changes seldom is
        // apart from what changes with every release.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules/, priority: 2 },
            { name: 'kit', test: /src\/(core|kit)\/(?!Photos|Markdown|Pictures|BallotCard|photo)|clients\/typescript/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/docs': server } },
})
