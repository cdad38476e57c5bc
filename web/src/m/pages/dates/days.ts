// Days and months of a calendar, without the pages that show them.
import type { CalendarEntry } from 'xianfeng-client'

/** The months of which there is a calendar. */
export const FIRST = '2020-01'
export const LAST = '2099-12'

/** The month that comes `by` months later. */
export function months(month: string, by: number): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)) - 1 + by, 1)).toISOString().slice(0, 7)
}

export function lastDay(month: string): string {
  return new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5)), 0)).toISOString().slice(0, 10)
}

/** Entries by the day on which they begin; what began before `from` stands on its first day. */
export function grouped(entries: CalendarEntry[], from: string): Array<{ on: string; entries: CalendarEntry[] }> {
  const days = new Map<string, CalendarEntry[]>()
  for (const entry of entries) {
    const on = entry.on < from ? from : entry.on
    days.set(on, [...(days.get(on) ?? []), entry])
  }
  return [...days].map(([on, entries]) => ({ on, entries })).sort((one, other) => (one.on < other.on ? -1 : 1))
}

const spoken = (day: string) => `${Number(day.slice(5, 7))}月${Number(day.slice(8))}日`

/** The hours of an entry that stands on the day `on`, and until when it lasts if that is another day. */
export function timeOf(entry: CalendarEntry, on: string): string {
  const clock = (at: string | null | undefined) => (at ? at.slice(11, 16) : '')
  if (entry.until > on) return `${entry.on < on ? '' : clock(entry.starts_at) + ' 起，'}至${spoken(entry.until)}`.replace(/^ 起，/, '')
  const begins = entry.on < on ? '' : clock(entry.starts_at)
  const ends = clock(entry.ends_at)
  return begins && ends ? `${begins}–${ends === '00:00' ? '24:00' : ends}` : begins || (ends && `至 ${ends}`)
}
