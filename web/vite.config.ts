import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

/** Which of the two apps: each is built into a folder of its own under dist, and served at the path of that name. */
const entry = process.env['XIANFENG_ENTRY'] ?? 'm'
const server = process.env['XIANFENG_URL'] ?? 'http://127.0.0.1:8080'
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: at(entry),
  // Relative, for a proxy that serves all of it below a path of its own; the pages route by the hash, so none of their own
  // addresses is in the way.
  base: './',
  plugins: [vue()],
  resolve: { alias: { '@': at('src') } },
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false' },
  build: {
    outDir: at(`dist/${entry}`),
    emptyOutDir: true,
    // iOS 14 and the web views of WeChat and WeCom on Android of the last four years.
    target: ['es2020', 'safari14', 'chrome87'],
    // The policy of the entry pages allows no inline script, and every browser above knows module preloading or does without.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // A page is one file and its styles: on a slow network many small files wait for each other. What changes seldom is
        // apart from what changes with every release.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules/, priority: 2 },
            { name: 'kit', test: /src\/(core|kit)\/(?!Photos|Files|Markdown|Pictures|BallotCard|BulletinSheet|Bars|Trend|photo|progress)|clients\/typescript/, priority: 1 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': server, '/docs': server }, fs: { allow: [at('..')] } },
})
