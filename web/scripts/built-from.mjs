// Writes dist/built-from.json: what the built pages were built from, so that a test without node sees when they are stale.
//
// The rule, which tests/web.rs follows:
//  - The files are openapi/openapi.json, every file under clients/typescript/src, and under web/: package.json,
//    package-lock.json, tsconfig.json, vite.config.ts, and every file under m, console and src.
//  - A name is the path from the root of the repository with `/` between its parts. The names are sorted by bytes.
//  - Beside each stands the SHA-256 of its bytes in lower-case hexadecimal digits.
//  - Files of web/dist stand under `output`, in the same way, without built-from.json itself.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Every file at or below `path`. */
function files(path) {
  let entries
  try {
    entries = readdirSync(root + path, { withFileTypes: true })
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path]
    throw error
  }
  return entries.flatMap((entry) => files(`${path}/${entry.name}`))
}

function hashes(paths) {
  // Buffer.compare orders by bytes, as Rust's strings are ordered; sort() alone would order by UTF-16 units.
  const sorted = paths.flatMap(files).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return Object.fromEntries(sorted.map((path) => [path, createHash('sha256').update(readFileSync(root + path)).digest('hex')]))
}

const sources = hashes([
  'openapi/openapi.json',
  'clients/typescript/src',
  'web/package.json',
  'web/package-lock.json',
  'web/tsconfig.json',
  'web/vite.config.ts',
  'web/m',
  'web/console',
  'web/src',
])
const output = hashes(['web/dist'])
delete output['web/dist/built-from.json']
writeFileSync(root + 'web/dist/built-from.json', JSON.stringify({ sources, output }, null, 1) + '\n')
