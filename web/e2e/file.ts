// One file of browser tests, as e2e/run.ts starts it.
import { after, afterEach, type TestContext } from 'node:test'
import { tell } from './witness.ts'
import { stop } from './world.ts'

afterEach(async (context) => {
  // The types do not know yet what node says of a test that has ended.
  const { name, passed } = context as TestContext & { passed: boolean }
  if (!passed) await tell(name)
})
after(stop)
// What a handler of a request throws belongs to no test, and would say nothing.
process.on('unhandledRejection', (error) => console.log('nobody caught:', error))
await import(`./${process.argv[2]}.test.ts`)
