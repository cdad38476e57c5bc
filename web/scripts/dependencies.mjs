// Holds every package of package-lock.json to the rules: a licence that is allowed, bytes that are known by their sum, no
// source but the npm registry, no second version without a reason. scripts/dependencies runs it; what crates may be like
// stands in deny.toml.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Licences of what may end in the pages. */
export const ALLOWED = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0']

/** Other licences, of packages that only work while the pages are built or tested; nothing of them is shipped. */
export const TOOLS = {
  argparse: 'Python-2.0', // under js-yaml, which openapi-ts and redocly read documents by
  'axe-core': 'MPL-2.0', // looks at pages in the browser tests
  lightningcss: 'MPL-2.0', // makes style sheets small, under vite; each system's part bears a name of its own
}

/** Packages of which more than one version is there, and why. */
export const KEPT = {
  'estree-walker': '@vue/compiler-core has 2, vitest has 3',
  'magic-string': '@vue/compiler-sfc has 0.30, vite and vitest have 1',
  confbox: 'c12 has 0.2, pkg-types has 0.3; both work for openapi-ts',
}

/** What of a package lock is against the rules, a sentence each. */
export function faults(lock, { allowed = ALLOWED, tools = TOOLS, kept = KEPT } = {}) {
  const found = []
  const versions = new Map()
  const used = new Set()
  for (const [path, entry] of Object.entries(lock.packages)) {
    // what does not lie in node_modules is our own: the root, and the client that is generated from the API document
    if (!path.startsWith('node_modules/') || entry.link) continue
    const name = path.split('node_modules/').pop()
    const called = `${name}@${entry.version}`
    versions.set(name, (versions.get(name) ?? new Set()).add(entry.version))

    const tool = Object.keys(tools).find((tool) => name === tool || name.startsWith(`${tool}-`))
    if (tool && entry.license === tools[tool] && entry.dev) used.add(tool)
    else if (!allowed.includes(entry.license)) found.push(`${called}: the licence ${entry.license ?? '(none)'} is not allowed${entry.dev ? '' : ' in what is shipped'}`)

    if (!entry.integrity?.startsWith('sha512-')) found.push(`${called}: package-lock.json does not say the SHA-512 of its bytes`)
    // npm leaves the address out, or names the registry, whatever mirror it asks
    if (entry.resolved && !entry.resolved.startsWith('https://registry.npmjs.org/')) found.push(`${called}: comes from ${entry.resolved}, which is not the registry`)
  }
  for (const [name, { size }] of versions) {
    if (size > 1 && !(name in kept)) found.push(`${name}: ${size} versions (${[...versions.get(name)].join(', ')}) without a reason`)
  }
  for (const name of Object.keys(kept)) {
    if (!(versions.get(name)?.size > 1)) found.push(`${name}: has one version by now, its reason can go`)
  }
  for (const tool of Object.keys(tools)) {
    if (!used.has(tool)) found.push(`${tool}: nothing bears its licence any more, its line can go`)
  }
  return found
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8'))
  const found = faults(lock)
  for (const fault of found) console.error(`error: ${fault}`)
  console.log(`npm packages: ${Object.keys(lock.packages).filter((path) => path.startsWith('node_modules/')).length} looked at, ${found.length} at fault`)
  process.exit(found.length ? 1 : 0)
}
