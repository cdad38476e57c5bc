import type { CalendarDay } from 'xianfeng-client'

/** A year's days as somebody writes them, one a line. */
export const linesOf = (days: CalendarDay[]) => days.map(({ day, name, is_off }) => `${day} ${name} ${is_off ? '休' : '班'}`).join('\n')

/** The days of such lines, and the numbers of those that say nothing: what is empty is passed over. */
export function daysIn(text: string): { days: CalendarDay[]; wrong: number[] } {
  const days: CalendarDay[] = []
  const wrong: number[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (!line.trim()) continue
    const found = /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?\s+(\S.*?)\s+(休|班)$/.exec(line.trim())
    const day = found && `${found[1]}-${found[2]!.padStart(2, '0')}-${found[3]!.padStart(2, '0')}`
    if (!day || Number.isNaN(Date.parse(day))) wrong.push(at + 1)
    else days.push({ day, name: found[4]!, is_off: found[5] === '休' })
  }
  return { days, wrong }
}
