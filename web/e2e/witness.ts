// What the open pages show when a test fails, so that what happened on another machine can be told.
import type { BrowserContext, Page } from 'playwright-core'
import { shoot } from './sight.ts'

/** The open pages, each with the last requests that came to nothing. */
const open = new Map<Page, string[]>()
const REMEMBERED = 12

/** Remembers a page, and those that are opened beside it, until it is closed. */
export function watch(context: BrowserContext) {
  context.on('page', (page) => {
    const troubles: string[] = []
    const note = (line: string) => (troubles.push(line), troubles.length > REMEMBERED && troubles.shift())
    open.set(page, troubles)
    page.on('requestfailed', (request) => note(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`))
    page.on('response', (answer) => answer.status() >= 400 && note(`${answer.request().method()} ${answer.url()}: ${answer.status()}`))
    page.on('close', () => open.delete(page))
  })
}

/** Says where every open page stands, what can be read on it and what failed, takes a picture of it, and closes it. */
export async function tell(test: string) {
  const left = [...open]
  for (const [at, [page, troubles]] of left.entries()) {
    const text = await page.evaluate(() => document.body.innerText).catch((error: unknown) => String(error))
    console.log(`${test}: page ${at + 1} of ${left.length} at ${page.url()}\n${[...troubles, text.slice(0, 1500)].join('\n').replaceAll(/^/gm, '    ')}`)
    await shoot(page, `failed-${test.replaceAll(/[^\p{L}\p{N}]+/gu, '-').slice(0, 60)}-${at + 1}`).catch(() => undefined)
  }
  for (const [page] of left) await page.context().close().catch(() => undefined)
}
