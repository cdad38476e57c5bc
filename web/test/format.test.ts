import { expect, test } from 'vitest'
import { clock, day, hundredths, left, moment } from '../src/core/format'

const noon = Date.parse('2026-11-26T12:00:00+08:00')

test('days near today have names, others their date', () => {
  expect(day('2026-11-26T22:38:54.123+08:00', noon)).toBe('今天')
  expect(day('2026-11-25T00:00:00+08:00', noon)).toBe('昨天')
  expect(day('2026-11-27', noon)).toBe('明天')
  expect(day('2026-12-03', noon)).toBe('12月3日')
  expect(day('2025-12-03', noon)).toBe('2025年12月3日')
  expect(moment('2026-11-26T22:38:54+08:00', noon)).toBe('今天\u00a022:38')
})

test('what is left is said in the largest unit that means something', () => {
  expect(left('2026-11-26T12:00:30+08:00', noon)).toBe('还剩 1\u00a0分钟')
  expect(left('2026-11-26T18:00:00+08:00', noon)).toBe('还剩 6\u00a0小时')
  expect(left('2026-12-03T18:00:00+08:00', noon)).toBe('还剩 7\u00a0天')
  expect(left('2026-11-26T11:00:00+08:00', noon)).toBe('已截止')
})

test('numbers carry no zeros that say nothing', () => {
  expect(hundredths(9650)).toBe('96.5')
  expect(hundredths(9600)).toBe('96')
  expect(clock(65)).toBe('1:05')
})
