import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { brotli, serve } from './serve.ts'
import { phone, signIn, world } from './world.ts'

const DIST = fileURLToPath(new URL('../dist/m', import.meta.url))
const FIRST_BYTES = 70_000
const FURTHER_BYTES = 20_000

const text = (path: string) => readFileSync(`${DIST}/${path}`, 'utf8')
const size = (paths: Iterable<string>) => [...paths].reduce((sum, path) => sum + brotli(`${DIST}/${path}`).length, 0)

/** A file and all that it cannot run without. */
function needs(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found
  found.add(path)
  if (path.endsWith('.js')) for (const [, other] of text(path).matchAll(/(?:from|import)\s*["`]\.\/([\w.-]+\.js)["`]/g)) needs(`assets/${other}`, found)
  return found
}

/** Pages that a file opens, each with the styles that are fetched beside it. */
function opens(path: string): Map<string, Set<string>> {
  const code = text(path)
  const listed = /m\.f=(\[[^\]]*\])/.exec(code)
  const names = listed ? (JSON.parse(listed[1]!.replaceAll('`', '"').replaceAll("'", '"')) as string[]) : []
  const pages = new Map<string, Set<string>>()
  for (const [, page, beside] of code.matchAll(/import\([`"]\.\/([\w.-]+\.js)[`"]\)\s*,\s*__vite__mapDeps\(\[([\d,]*)\]\)/g)) {
    const styles = beside!.split(',').filter(Boolean).map((at) => names[Number(at)]!.replace(/^\.\//, 'assets/'))
    pages.set(`assets/${page}`, new Set(styles))
  }
  for (const [, page] of code.matchAll(/import\([`"]\.\/([\w.-]+\.js)[`"]\)/g)) if (!pages.has(`assets/${page}`)) pages.set(`assets/${page}`, new Set())
  return pages
}

test('the first load and every further page keep their budgets', () => {
  const html = text('index.html')
  const first = new Set<string>(['index.html'])
  for (const [, path] of html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.(?:js|css))"/g)) needs(path!, first)
  const pages = new Map<string, Set<string>>()
  for (const path of first) if (path.endsWith('.js')) for (const [page, styles] of opens(path)) pages.set(page, styles)
  assert(pages.size > 15, `only ${pages.size} pages were found`)
  console.log(`first load: ${size(first)} bytes of ${FIRST_BYTES}`)
  assert(size(first) <= FIRST_BYTES)
  const all = new Set(first)
  for (const [page, styles] of [...pages].sort()) {
    const more = new Set([...needs(page), ...styles].filter((path) => !first.has(path)))
    more.forEach((path) => all.add(path))
    console.log(`${page.slice(7, -12).padEnd(16)} ${String(size(more)).padStart(6)} bytes`)
    assert(size(more) <= FURTHER_BYTES, page)
  }
  const built = readdirSync(`${DIST}/assets`).map((name) => `assets/${name}`)
  console.log(`all of /m/: ${size([...all])} bytes in ${all.size} files; built: ${size(built)} bytes in ${built.length} files`)
})

/** What a phone of some years on a slow network waits. */
async function slow(run: (page: Awaited<ReturnType<typeof phone>>['page'], address: string) => Promise<void>) {
  const there = await phone()
  // A debug build sends files as they lie in the folder; what is measured is what a release sends.
  const { address } = await world()
  const packed = (await fetch(`${address}/m/`, { headers: { 'Accept-Encoding': 'br' } })).headers.get('Content-Encoding') === 'br'
  const beside = packed ? null : await serve(address)
  const devtools = await there.context.newCDPSession(there.page)
  await devtools.send('Network.enable')
  await devtools.send('Network.emulateNetworkConditions', { offline: false, latency: 100, downloadThroughput: 1_600_000 / 8, uploadThroughput: 750_000 / 8 })
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 6 })
  await run(there.page, beside?.address ?? address)
  await there.context.close()
  beside?.server.closeAllConnections()
  beside?.server.close()
}

test('times at 1.6 Mbit/s with a CPU slowed six times are printed', async () => {
  const { people } = await world()
  await slow(async (page, address) => {
    const began = Date.now()
    const lap = (what: string, from: number) => console.log(`${what}: ${((Date.now() - from) / 1000).toFixed(1)} s`)
    await page.goto(`${address}/m/`)
    await page.getByRole('heading', { name: '登录', exact: true }).waitFor()
    lap('sign-in page, nothing kept', began)
    await signIn(page, people['member']!)
    await page.getByText('每日一学').waitFor()
    const second = Date.now()
    await page.reload({ waitUntil: 'commit' })
    await page.getByText('每日一学').waitFor()
    lap('first page on a later day', second)
    const list = Date.now()
    await page.getByRole('link', { name: '点子', exact: true }).click()
    await page.getByRole('heading', { name: '金点子', level: 1 }).waitFor()
    await page.getByRole('radio', { name: '本支部' }).check()
    await page.getByText('采场溜井口').waitFor()
    lap('list of ideas, of the branch', list)
    const quiz = Date.now()
    await page.evaluate(() => (location.hash = '#/quiz/daily'))
    await page.getByText('第 1 题，共 5 题').waitFor()
    lap('first question', quiz)
  })
})
