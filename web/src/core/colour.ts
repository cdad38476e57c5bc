// The enterprise's own colour in the place of our red. Kept on the phone, so that the first picture bears it already.

const KEY = 'xianfeng.colour'
const OURS = '#c8161d'
/** What white text on it, and it as text on white, needs to be read by everybody (WCAG 2, AA). */
const LEAST_CONTRAST = 4.5

type Rgb = [number, number, number]

function parts(colour: string): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)
  return found ? [parseInt(found[1]!, 16), parseInt(found[2]!, 16), parseInt(found[3]!, 16)] : null
}

/** How far a colour stands out from white, 1 to 21. */
export function contrast(colour: string): number {
  const rgb = parts(colour)
  if (!rgb) return 1
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as Rgb
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05)
}

const towards = (rgb: Rgb, to: number, share: number) => `rgb(${rgb.map((part) => Math.round(part + (to - part) * share)).join(' ')})`

function paint(colour: string) {
  const style = document.documentElement.style
  const rgb = parts(colour)
  // One that nobody could read is left alone, whoever chose it.
  if (!rgb || colour.toLowerCase() === OURS || contrast(colour) < LEAST_CONTRAST) {
    for (const name of ['--red', '--red-deep', '--red-wash']) style.removeProperty(name)
    return
  }
  style.setProperty('--red', colour)
  style.setProperty('--red-deep', towards(rgb, 0, 0.2))
  style.setProperty('--red-wash', towards(rgb, 255, 0.94))
}

export function setColour(colour: string) {
  paint(colour)
  try {
    localStorage.setItem(KEY, colour)
  } catch {
    // For as long as the page lives.
  }
}

try {
  const kept = localStorage.getItem(KEY)
  if (kept) paint(kept)
} catch {
  // As above.
}
