// What holds for every page as it is: nothing that keeps somebody out, room for large type, targets that a thumb finds; and
// pictures of it for people to look at.
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { CDPSession, Page } from 'playwright-core'

/** What is no more than a moderate finding is not asked for, nor where on the page a finding stands: its text says so. */
const MODERATE = ['region', 'heading-order', 'page-has-heading-one', 'landmark-one-main', 'landmark-unique', 'landmark-no-duplicate-main', 'landmark-no-duplicate-banner', 'landmark-no-duplicate-contentinfo', 'landmark-banner-is-top-level', 'landmark-main-is-top-level', 'landmark-contentinfo-is-top-level', 'landmark-complementary-is-top-level', 'skip-link', 'empty-heading', 'image-redundant-alt', 'presentation-role-conflict', 'aria-allowed-role', 'scope-attr-valid', 'meta-viewport-large']
const AXE_OPTIONS = { resultTypes: ['violations'], selectors: false, ancestry: false, xpath: false, rules: Object.fromEntries(MODERATE.map((rule) => [rule, { enabled: false }])) }
const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
/** Root fonts, in px, at which a page keeps its room. */
const SIZES = [16, 20, 24, 30]
/** The least height of what is tapped, in px: as it is, and in 关怀 mode. */
const TARGETS = { standard: 44, care: 60 }

/** Screenshots, kept for people to look at. Taken where somebody asks for them: they cost more than everything that is checked. */
export const PICTURES = fileURLToPath(new URL('./pictures', import.meta.url))
const PICTURED = process.env['XIANFENG_PICTURES'] === '1'

type Axe = { run: (where: Document, how: object) => Promise<{ violations: Array<{ id: string; impact: string; nodes: Array<{ html: string; failureSummary: string }> }> }> }

/** Nothing of impact serious or critical on the page as it is now. */
export async function accessible(page: Page, name: string) {
  const ask = () =>
    page.evaluate(async (options) => {
      const { axe } = window as unknown as { axe?: Axe }
      if (!axe) return null
      const { violations } = await axe.run(document, options)
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} ${node.failureSummary}`).join(' | ')}`)
    }, AXE_OPTIONS)
  let found = await ask()
  if (!found) {
    // eval is refused by the page's own policy; a script of the driver is not the page's.
    await page.evaluate(AXE)
    found = await ask()
  }
  assert.deepEqual(found, [], `${name}: accessibility`)
}

/**
 * What is wrong with the page's room at one root font after the other, and in 关怀 mode: something to scroll sideways, and,
 * where they are `touched`, buttons, links and fields that are lower than they may be, but for links within a sentence. All of it in one question: a question
 * takes as long as its answer.
 */
const roomless = (page: Page, touched: boolean, care: boolean) =>
  page.evaluate(
    async ({ sizes, targets, touched, care }) => {
      const root = document.documentElement
      const found: string[] = []
      const say = (what: string, parts: Element[]) => parts.slice(0, 5).forEach((part) => found.push(`${what}: ${part.outerHTML.slice(0, 120)}`))
      const wide = (what: string) => {
        const room = root.clientWidth
        if (root.scrollWidth <= room) return
        const parts = [...document.querySelectorAll('body *')].filter((part) => part.getBoundingClientRect().right > room + 0.5)
        say(`too wide ${what}`, parts.length ? parts : [root])
      }
      const small = (least: number) => {
        const parts = [...document.querySelectorAll<HTMLElement>('button, a[href], input:not([type=file]), select, textarea, summary')].filter((part) => {
          const { width, height } = part.getBoundingClientRect()
          const inSentence = part.tagName === 'A' && getComputedStyle(part).display === 'inline'
          return width > 0 && height > 0 && height < least - 0.5 && !inSentence && !part.closest('.hidden')
        })
        say(`lower than ${least} px`, parts)
      }
      if (touched) small(targets.standard)
      for (const size of sizes) {
        root.style.fontSize = `${size}px`
        wide(`at ${size} px`)
      }
      root.style.fontSize = ''
      if (!care) return found
      const turn = (value: string | null) => {
        window.dispatchEvent(new StorageEvent('storage', { key: 'xianfeng.care', newValue: value }))
        // What depends on it beside the styles is there a moment later.
        return new Promise<void>((settled) => setTimeout(settled))
      }
      await turn('1')
      if (!root.classList.contains('care')) found.push('关怀 mode cannot be chosen')
      wide('in 关怀 mode')
      if (touched) small(targets.care)
      await turn(null)
      if (root.classList.contains('care')) found.push('关怀 mode cannot be left')
      return found
    },
    { sizes: SIZES, targets: TARGETS, touched, care },
  )

/** The page at root fonts of 16, 20, 24 and 30 px, and as it is in 关怀 mode where it has one, without anything to scroll sideways. */
export async function fits(page: Page, name: string, care = false) {
  assert.deepEqual(await roomless(page, false, care), [], `${name}: room`)
}

/**
 * Everything that holds for every page, once it is there or as it is still `waiting`; pictures of it where somebody asks for
 * them, and one that is `kept` in any case.
 */
export async function look(page: Page, name: string, { kept = false, waiting = false } = {}) {
  if (!waiting) await page.waitForFunction(() => ![...document.querySelectorAll('.pages:not([inert]) .skeleton')].some((part) => part.checkVisibility()))
  // So that e2e/run.ts can say which pages nobody looked at.
  const seen = process.env['XIANFENG_LOOKED']
  if (seen) appendFileSync(seen, `${new URL(page.url()).hash.slice(1).split('?')[0]}\n`)
  const size = page.viewportSize()!
  // What sticks to the bottom is at the bottom, and covers nothing.
  await grow(page)
  if (PICTURED || kept) await shoot(page, name)
  await accessible(page, name)
  assert.deepEqual(await roomless(page, true, true), [], `${name}: room`)
  if (PICTURED) {
    // The page grows from picture to picture, so that its screen is made small again as seldom as can be.
    await setCare(page, true)
    await grow(page)
    await shoot(page, `${name}-care`)
    await setCare(page, false)
    await page.setViewportSize({ width: 768, height: size.height })
    await grow(page)
    await shoot(page, `${name}-768`)
    // Where the screen is wide, large type still has to find its place.
    await setCare(page, true)
    await grow(page)
    await shoot(page, `${name}-care-768`)
    await setCare(page, false)
  }
  await page.setViewportSize(size)
}

/** As if another tab had chosen large type. */
async function setCare(page: Page, on: boolean) {
  const is = await page.evaluate((value) => {
    window.dispatchEvent(new StorageEvent('storage', { key: 'xianfeng.care', newValue: value }))
    // What depends on it beside the styles is there a moment later.
    return new Promise<boolean>((settled) => setTimeout(() => settled(document.documentElement.classList.contains('care'))))
  }, on ? '1' : null)
  assert.equal(is, on)
}

/** The whole page on one screen, as it is and in 关怀 mode where it has one, for people; nothing where nobody asks for pictures. */
export async function picture(page: Page, name: string, { width, care = false }: { width?: number; care?: boolean } = {}) {
  if (!PICTURED) return
  const size = page.viewportSize()!
  if (width) await page.setViewportSize({ width, height: size.height })
  await grow(page)
  await shoot(page, name)
  if (care) {
    await setCare(page, true)
    await grow(page)
    await shoot(page, `${name}-care`)
    await setCare(page, false)
  }
  await page.setViewportSize(size)
}

/** Makes the screen as high as the page, where the page is higher. */
async function grow(page: Page) {
  const { width, height } = page.viewportSize()!
  const needed = await page.evaluate(() => document.documentElement.scrollHeight)
  if (needed > height) await page.setViewportSize({ width, height: needed })
}

const devtools = new WeakMap<Page, Promise<CDPSession>>()

/** A picture of the screen as it is. The driver's own way waits and packs for longer than all the rest of a look takes. */
export async function shoot(page: Page, name: string) {
  let session = devtools.get(page)
  if (!session) devtools.set(page, (session = page.context().newCDPSession(page)))
  // A page that has just grown is painted a frame later.
  await page.evaluate(() => new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted))))
  const { data } = await (await session).send('Page.captureScreenshot', { format: 'png', optimizeForSpeed: true })
  mkdirSync(PICTURES, { recursive: true })
  await writeFile(join(PICTURES, `${name}.png`), data, 'base64')
}
