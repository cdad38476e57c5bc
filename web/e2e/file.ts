// One file of browser tests, as e2e/run.ts starts it.
import { after } from 'node:test'
import { stop } from './world.ts'

after(stop)
await import(`./${process.argv[2]}.test.ts`)
