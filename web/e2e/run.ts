// Runs the browser tests: `scripts/browser`, or `XIANFENG_BIN=… node e2e/run.ts [name …]` with names of files to run.
import { readdirSync } from 'node:fs'
import { after } from 'node:test'
import { stop } from './world.ts'

after(stop)

const wanted = process.argv.slice(2)
for (const file of readdirSync(import.meta.dirname).sort()) {
  if (file.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((name) => file.startsWith(name)))) await import(`./${file}`)
}
