// Photographs as a camera would make them, painted by the browser.
import type { Page } from 'playwright-core'

/** Twelve megapixels; another `tint` is another photograph. */
export async function photograph(page: Page, tint = 0): Promise<Buffer> {
  const url = await page.evaluate((tint) => {
    const canvas = document.createElement('canvas')
    canvas.width = 4000
    canvas.height = 3000
    const paint = canvas.getContext('2d')!
    for (let at = 0; at < 12; at++) {
      paint.fillStyle = `hsl(${at * 30 + tint} 30% 60%)`
      paint.fillRect((at % 4) * 1000, Math.floor(at / 4) * 1000, 1000, 1000)
    }
    return canvas.toDataURL('image/jpeg', 0.9)
  }, tint)
  return Buffer.from(url.split(',')[1]!, 'base64')
}

/** A mark: a figure on white, wider than high. */
export async function mark(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas')
    canvas.width = 900
    canvas.height = 600
    const paint = canvas.getContext('2d')!
    paint.fillStyle = '#fff'
    paint.fillRect(0, 0, 900, 600)
    paint.fillStyle = '#c8161d'
    paint.beginPath()
    paint.moveTo(450, 80)
    paint.lineTo(700, 520)
    paint.lineTo(450, 400)
    paint.lineTo(200, 520)
    paint.fill()
    return canvas.toDataURL('image/png')
  })
  return Buffer.from(url.split(',')[1]!, 'base64')
}

/** Whether a picture on the page came, and is one. */
export const came = (page: Page, selector: string) =>
  page.waitForFunction((of) => {
    const picture = document.querySelector<HTMLImageElement>(of)
    return !!picture && picture.complete && picture.naturalWidth > 0
  }, selector)
