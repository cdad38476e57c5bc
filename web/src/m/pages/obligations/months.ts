// Months, as sheets are asked for.
import { todayOf } from '@/core/format'

/** The first day of the month that lies so many months from this one. */
export function monthFrom(months: number): string {
  const [year = 0, month = 1] = todayOf().split('-').map(Number)
  const number = year * 12 + month - 1 + months
  return `${Math.floor(number / 12)}-${String((number % 12) + 1).padStart(2, '0')}-01`
}

/** `2026 年 7 月` of its first day. */
export const inWords = (first: string) => `${Number(first.slice(0, 4))} 年 ${Number(first.slice(5, 7))} 月`

/** The first day of the quarter that lies so many quarters from this one. */
export function quarterFrom(quarters: number): string {
  const month = Number(todayOf().slice(5, 7))
  return monthFrom(quarters * 3 - ((month - 1) % 3))
}

/** `2026 年三季度` of its first day. */
export const quarterInWords = (first: string) => `${Number(first.slice(0, 4))} 年${'一二三四'[Math.floor((Number(first.slice(5, 7)) - 1) / 3)]}季度`
