import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { getConfig, requestReset } from 'xianfeng-client'
import '../src/core/http'
import type { Problem } from '../src/core/problem'
import { heardOfChange, readOnly } from '../src/core/standing'

const answers: Response[] = []
const asked = vi.fn<(request: Request) => void>()
const json = (status: number, body: object, headers: Record<string, string> = {}) => new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } })
const crowded = (after: string) => json(503, { code: 'service.unavailable', detail: '服务繁忙，请稍后重试' }, { 'Retry-After': after })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', (request: Request) => {
    asked(request)
    return Promise.resolve(answers.shift()!)
  })
  asked.mockReset()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('what is only read is asked for once more where the server is crowded for a moment', async () => {
  answers.push(crowded('1'), json(200, { version: '1' }))
  const there = getConfig()
  await vi.advanceTimersByTimeAsync(900)
  expect(asked).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(1_200)
  expect(await there).toMatchObject({ version: '1' })
  expect(asked).toHaveBeenCalledTimes(2)
})

test('nobody waits for a server that is away for longer, nor is anything sent twice', async () => {
  answers.push(crowded('60'))
  await expect(getConfig()).rejects.toMatchObject({ retryAfter: 60 } satisfies Partial<Problem>)
  answers.push(crowded('1'), crowded('1'))
  const twice = expect(getConfig()).rejects.toMatchObject({ code: 'service.unavailable' })
  await vi.advanceTimersByTimeAsync(3_000)
  await twice
  asked.mockReset()
  answers.push(crowded('1'))
  await expect(requestReset({ body: { employee_no: 'A1', device_key: '' } })).rejects.toMatchObject({ code: 'service.unavailable' })
  expect(asked).toHaveBeenCalledTimes(1)
})

test('a server that only reads is known by what it says of a change, until it takes one', () => {
  heardOfChange(503, 'service.unavailable', '服务繁忙，请稍后重试')
  expect(readOnly.value).toBe('')
  heardOfChange(503, 'service.clock_doubted', '服务器时钟有误，暂时只能查看。')
  expect(readOnly.value).toBe('服务器时钟有误，暂时只能查看。')
  // Refused for a reason of its own: that says nothing of the server.
  heardOfChange(422)
  expect(readOnly.value).not.toBe('')
  heardOfChange(204)
  expect(readOnly.value).toBe('')
})
