import { expect, test } from 'vitest'
import { contrast } from '../src/core/colour'
import { plain } from '../src/core/drafts'
import { randomKey } from '../src/core/id'
import { isHeic } from '../src/core/photo'
import { platformOf } from '../src/core/platform'
import { Problem, toProblem } from '../src/core/problem'
import { progressOf } from '../src/core/progress'
import { deviceName } from '../src/core/session'
import { inWords, optionsOf } from '../src/m/pages/quiz/answers'
import { wordsOf } from '../src/m/pages/brands/words'
import { daysIn, linesOf } from '../src/m/pages/content/days'
import { ahead } from '../src/m/pages/ideas/states'
import { reactive } from 'vue'

test('failures are said in the words of the server where there are any', () => {
  const answer = (status: number, headers = {}) => new Response(null, { status, headers })
  const refusal = toProblem({ code: 'body.invalid', detail: '请检查', errors: [{ pointer: '/title', code: 'invalid', message: '不能为空' }] }, answer(422))
  expect([refusal.message, refusal.of('title'), refusal.of('problem'), refusal.isPassing]).toEqual(['请检查', '不能为空', '', false])
  expect(toProblem('<h1>Bad Gateway</h1>', answer(502)).message).toContain('系统正在维护')
  expect(toProblem({ code: 'service.unavailable', detail: '服务繁忙，请稍后重试' }, answer(503, { 'Retry-After': '5' }))).toMatchObject({ message: '服务繁忙，请稍后重试', retryAfter: 5, isPassing: true })
  expect(toProblem(new TypeError('Failed to fetch'))).toMatchObject({ code: 'network', isNetwork: true })
  expect(toProblem(new DOMException('', 'AbortError')).message).toContain('网络太慢')
  const own = new Problem(409, 'x', 'y')
  expect(toProblem(own)).toBe(own)
})

test('a message about a part of a field is a message about the field', () => {
  const problem = new Problem(422, 'body.invalid', '', { fields: [{ pointer: '/answers/0/answer', code: 'x', message: '太长' }] })
  expect(problem.of('answers')).toBe('太长')
  expect(problem.of('answer')).toBe('')
})

test('HEIC is told by its bytes, whatever it is called', async () => {
  const heic = new Blob(['\0\0\0\x18ftypheic\0\0\0\0'], { type: 'image/jpeg' })
  expect(await isHeic(heic)).toBe(true)
  expect(await isHeic(new Blob(['x'], { type: 'image/heif' }))).toBe(true)
  expect(await isHeic(new Blob(['\xff\xd8\xff\xe0\0\x10JFIF'], { type: 'image/jpeg' }))).toBe(false)
})

test('devices are called what their owners know them by', () => {
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) MicroMessenger/8.0')).toBe('iPhone · 微信')
  expect(deviceName('Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) wxwork/4.1 MicroMessenger/7.0')).toBe('iPhone · 企业微信')
  expect(deviceName('Mozilla/5.0 (Linux; Android 13; V2309A Build/TP1A) AppleWebKit/537.36 Chrome/116 Mobile')).toBe('安卓手机 V2309A · 浏览器')
  expect(deviceName('Mozilla/5.0 (X11; Linux x86_64) Chrome/130')).toBe('电脑 · 浏览器')
})

test('keys are visible, short and never the same', () => {
  const keys = new Set(Array.from({ length: 100 }, randomKey))
  expect(keys.size).toBe(100)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
})

test('what is kept is without proxies, and blobs stay blobs', () => {
  const blob = new Blob(['x'])
  const kept = plain(reactive({ photos: [{ name: 'a', blob }], at: 1 }))
  expect(structuredClone({ ...kept, photos: [] })).toEqual({ photos: [], at: 1 })
  expect(kept.photos[0]!.blob).toBe(blob)
})

test('answers are chosen by what the server takes and read in words', () => {
  expect(optionsOf({ kind: 'judge', options: [] }).map(({ value }) => value)).toEqual(['true', 'false'])
  expect(optionsOf({ kind: 'single', options: ['甲', '乙'] })).toEqual([
    { value: 'A', letter: 'A', text: '甲' },
    { value: 'B', letter: 'B', text: '乙' },
  ])
  expect([inWords('judge', ['false']), inWords('multiple', ['A', 'C']), inWords('fill', ['作业', '施工']), inWords('single', [])]).toEqual(['错误', 'A、C', '作业 或 施工', '没有作答'])
})

test('the way of an idea says whose turn is next, and ends where it is over', () => {
  expect(ahead('submitted', undefined)[0]).toEqual({ title: '征集', who: '党小组会或支部会议' })
  expect(ahead('implementing', '巴特尔')[0]).toEqual({ title: '实施', who: '巴特尔' })
  expect(ahead('closed', undefined)).toEqual([])
  expect(ahead('withdrawn', undefined)).toEqual([])
})

test('a colour of the enterprise is taken when it can be read on white', () => {
  expect(contrast('#C8161D')).toBeGreaterThan(5.8)
  expect(contrast('#0B5FA5')).toBeGreaterThan(4.5)
  expect(contrast('#FFCC00')).toBeLessThan(2)
  expect(contrast('red')).toBe(1)
})

test('the platform is told by what its browser says, but for pages within a mini-program', () => {
  expect(platformOf('Mozilla/5.0 (iPhone) wxwork/4.1.28 MicroMessenger/7.0.1 Language/zh')).toBe('wecom')
  expect(platformOf('Mozilla/5.0 (Linux; Android 13) MicroMessenger/8.0.49 NetType/WIFI')).toBe('wechat')
  expect(platformOf('Mozilla/5.0 (iPhone) MicroMessenger/8.0.49 miniProgram/wx0')).toBe(null)
  expect(platformOf('Mozilla/5.0 (X11; Linux x86_64) Chrome/130')).toBe(null)
})

test('of the events of a stream only those of progress say how far something is', () => {
  expect(progressOf('event: imports\ndata: {"progress":{"done":500,"total":12000,"what":"members"}}')).toEqual({ done: 500, total: 12000, what: 'members' })
  expect(['retry: 5000', ': ', 'event: notices\nid: 1\ndata: {"subject":"0"}', 'data: {"pro'].map(progressOf)).toEqual([null, null, null, null])
})

test('the days of a year are written a line each, and lines that say nothing are named', () => {
  const days = [
    { day: '2027-01-01', name: '元旦', is_off: true },
    { day: '2027-02-14', name: '春节 补班', is_off: false },
  ]
  expect(daysIn(linesOf(days))).toEqual({ days, wrong: [] })
  expect(daysIn('\n2027年1月1日  元旦  休\n2027/2/14 春节 补班 班').days).toEqual(days)
  expect(daysIn('元旦\n2027-13-01 元旦 休\n2027-01-01 元旦\n2027-01-02 元旦 休').wrong).toEqual([1, 2, 3])
})

test('keywords are parted by whatever people put between them', () => {
  expect(wordsOf(' 安全、班组，标准化  创新;提质,')).toEqual(['安全', '班组', '标准化', '创新', '提质'])
  expect(wordsOf(' ')).toEqual([])
})
