import { expect, test } from 'vitest'
// @ts-expect-error: a script without types
import { faults } from '../scripts/dependencies.mjs'

const sum = 'sha512-x'
const mit = { version: '1.0.0', license: 'MIT', integrity: sum }
const rules = { allowed: ['MIT'], tools: { tool: 'MPL-2.0' }, kept: { twice: 'a reason' } }

/** A lock that keeps the rules, with `further` packages. */
function lock(further = {}) {
  return {
    packages: {
      '': { name: 'root' },
      '../client': { name: 'client' },
      'node_modules/client': { link: true, resolved: '../client' },
      'node_modules/tool': { version: '1.0.0', license: 'MPL-2.0', integrity: sum, dev: true },
      'node_modules/twice': mit,
      'node_modules/@a/b/node_modules/twice': { ...mit, version: '2.0.0', resolved: 'https://registry.npmjs.org/twice/-/twice-2.0.0.tgz' },
      ...further,
    },
  }
}

test('packages that keep the rules are taken', () => {
  expect(faults(lock(), rules)).toEqual([])
})

test.each([
  ['another licence', { 'node_modules/x': { ...mit, license: 'GPL-3.0-only' } }, 'GPL-3.0-only'],
  ['no licence', { 'node_modules/x': { ...mit, license: undefined } }, '(none)'],
  ['a licence of tools in what is shipped', { 'node_modules/tool': { ...mit, license: 'MPL-2.0' } }, 'in what is shipped'],
  ['a licence of one tool on another', { 'node_modules/x': { ...mit, license: 'MPL-2.0', dev: true } }, 'x@1.0.0: the licence'],
  ['no sum', { 'node_modules/x': { ...mit, integrity: undefined } }, 'SHA-512'],
  ['a repository', { 'node_modules/x': { ...mit, resolved: 'git+ssh://git@example.com/x.git#abc' } }, 'not the registry'],
  ['a second version', { 'node_modules/x': mit, 'node_modules/y/node_modules/x': { ...mit, version: '2.0.0' } }, 'x: 2 versions'],
  ['a reason that nothing needs', { 'node_modules/@a/b/node_modules/twice': mit }, 'its reason can go'],
])('%s is a fault', (_, further, sentence) => {
  expect(faults(lock(further), rules).join('\n')).toContain(sentence)
})
