// Points of the appraisal are hundredths on the wire, since halves are given; people read and write points.
import { hundredths } from '@/core/format'

/** With its sign, where it was given or taken. */
export const signed = (points: number) => `${points > 0 ? '+' : ''}${hundredths(points)}`

/** Points as somebody wrote them, in hundredths; nothing where that is no number of points. */
export function read(text: string): number | undefined {
  const found = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(text.trim())
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : undefined
}

export { keep } from '@/core/keep'
