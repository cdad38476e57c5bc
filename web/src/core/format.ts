// Days and times as people read them. The server writes its instants in the enterprise's own zone, and they are read from
// the text as they stand: a phone that travels shows the same hour as the wall of the plant.
import { serverNow } from './http'

const OFFSET = /([+-])(\d\d):(\d\d)$/

function offsetMs(instant: string): number {
  const found = OFFSET.exec(instant)
  if (!found) return 8 * 3_600_000
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000
}

/** The business day of now, in the zone of `like`. */
export function todayOf(like = '+08:00', now = serverNow()): string {
  return new Date(now + offsetMs(like)).toISOString().slice(0, 10)
}

const daysBetween = (from: string, to: string) => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

/** `11月26日`, with its year when that is not this one; 今天, 昨天 and 明天 by name. */
export function day(value: string | null | undefined, now = serverNow()): string {
  if (!value) return ''
  const date = value.slice(0, 10)
  const today = todayOf(value, now)
  const near = { '-1': '昨天', '0': '今天', '1': '明天' }[String(daysBetween(today, date))]
  if (near) return near
  const [year, month, dayOfMonth] = date.split('-').map(Number)
  const short = `${month}月${dayOfMonth}日`
  return date.slice(0, 4) === today.slice(0, 4) ? short : `${year}年${short}`
}

/** `11月26日`, for what is read later than it is written. */
export function date(value: string): string {
  const [, month, dayOfMonth] = value.slice(0, 10).split('-').map(Number)
  return `${month}月${dayOfMonth}日`
}

/** `今天 22:38`, on one line. */
export function moment(value: string | null | undefined, now = serverNow()): string {
  return value ? `${day(value, now)}\u00a0${value.slice(11, 16)}` : ''
}

/** What is left until `until`: 还剩 3 天, 还剩 2 小时, 还剩 5 分钟, 已截止. */
export function left(until: string | null | undefined, now = serverNow()): string {
  if (!until) return ''
  const minutes = Math.floor((Date.parse(until) - now) / 60_000)
  if (minutes < 0) return '已截止'
  if (minutes < 60) return `还剩 ${Math.max(minutes, 1)}\u00a0分钟`
  if (minutes < 48 * 60) return `还剩 ${Math.floor(minutes / 60)}\u00a0小时`
  return `还剩 ${Math.floor(minutes / 1440)}\u00a0天`
}

/** 约 2 分钟. */
export const about = (seconds: number) => (seconds < 60 ? `约 ${Math.max(seconds, 1)}\u00a0秒` : `约 ${Math.round(seconds / 60)}\u00a0分钟`)

/** `1:05`. */
export const clock = (seconds: number) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`

/** `96.50` of 9650 hundredths, without zeros that say nothing. */
export const hundredths = (value: number) => (value / 100).toFixed(2).replace(/\.?0+$/, '')
