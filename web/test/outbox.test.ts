import { beforeEach, expect, test, vi } from 'vitest'
import { NOT_KEPT, SAVED, flush, forget, refused, sendOrKeep, sender, startOutbox, waiting } from '../src/core/outbox'
import { Problem, offline } from '../src/core/problem'
import { session } from '../src/core/session'
import * as store from '../src/core/store'

const sent = vi.fn<(body: unknown, key: string) => unknown>()
sender('letter', async (job) => sent(job.body, job.key))
// Two steps, of which the first is saved.
sender<{ stage: number }>('parcel', async (job, save) => {
  if (job.body.stage === 0) {
    sent('packed', job.key)
    await save({ stage: 1 })
  }
  return sent('posted', job.key)
})

beforeEach(async () => {
  sent.mockReset()
  session.memberId = 'li'
  session.phase = 'in'
  session.ended = null
  for (const job of [...waiting.value, ...refused.value]) await forget(job.key)
  await store.clear()
})

test('what the server takes leaves nothing behind', async () => {
  sent.mockReturnValue({ id: 7 })
  expect(await sendOrKeep('letter', '信', { to: '王' })).toEqual({ sent: true, answer: { id: 7 } })
  expect(waiting.value).toEqual([])
  expect(await store.all('outbox')).toEqual([])
})

test('what finds no network waits, is kept, and goes once with the same key', async () => {
  sent.mockImplementationOnce(() => {
    throw offline()
  })
  expect(await sendOrKeep('letter', '信', { to: '王' }, 'key-1')).toEqual({ sent: false, message: SAVED })
  expect(waiting.value.map(({ title }) => title)).toEqual(['信'])
  expect(await store.all('outbox')).toHaveLength(1)
  sent.mockReturnValue({})
  await Promise.all([flush(), flush()])
  expect(sent.mock.calls.map(([, key]) => key)).toEqual(['key-1', 'key-1'])
  expect(waiting.value).toEqual([])
  expect(await store.all('outbox')).toEqual([])
})

test('a server that cannot take it now is named, and what was written waits all the same', async () => {
  sent.mockImplementationOnce(() => {
    throw new Problem(503, 'service.clock_doubted', '服务器时钟有误，暂时只能查看。请联系系统维护人员校准时间，或核对无误后确认')
  })
  expect(await sendOrKeep('letter', '信', { to: '王' })).toEqual({ sent: false, message: '服务器时钟有误，已保存在手机上，恢复后自动提交。' })
  expect(waiting.value).toHaveLength(1)
})

test('a refusal is thrown to the page, which has everything still', async () => {
  sent.mockImplementation(() => {
    throw new Problem(422, 'body.invalid', '请检查标出的字段')
  })
  await expect(sendOrKeep('letter', '信', {})).rejects.toThrow('请检查标出的字段')
  expect(await store.all('outbox')).toEqual([])
})

test('a refusal after waiting is kept with its words, and is not sent again', async () => {
  sent.mockImplementationOnce(() => {
    throw offline()
  })
  await sendOrKeep('letter', '信', { to: '王' })
  sent.mockImplementation(() => {
    throw new Problem(410, 'quiz.day_over', '这一天的答题已经截止')
  })
  await flush()
  await flush()
  expect(sent).toHaveBeenCalledTimes(2)
  expect(waiting.value).toEqual([])
  expect(refused.value.map((job) => job.refused)).toEqual(['这一天的答题已经截止'])
})

test('a step that was done is not done again', async () => {
  sent.mockReturnValueOnce({}).mockImplementationOnce(() => {
    throw offline()
  })
  await sendOrKeep('parcel', '包裹', { stage: 0 })
  sent.mockReturnValue({})
  await flush()
  expect(sent.mock.calls.map(([what]) => what)).toEqual(['packed', 'posted', 'posted'])
})

test('what somebody else left on the phone is not sent and not shown', async () => {
  sent.mockImplementationOnce(() => {
    throw offline()
  })
  await sendOrKeep('letter', '信', {})
  session.memberId = 'wang'
  await flush()
  expect(sent).toHaveBeenCalledTimes(1)
  expect(waiting.value).toEqual([])
})

test('nothing is sent while the password is asked for', async () => {
  sent.mockImplementationOnce(() => {
    throw offline()
  })
  await sendOrKeep('letter', '信', {})
  session.ended = offline()
  await flush()
  expect(sent).toHaveBeenCalledTimes(1)
})

test('a phone that is full says so', async () => {
  const full = vi.spyOn(store, 'write').mockResolvedValue(false)
  sent.mockImplementationOnce(() => {
    throw offline()
  })
  expect(await sendOrKeep('letter', '信', {})).toEqual({ sent: false, message: NOT_KEPT })
  full.mockRestore()
})

test('coming back to the page sends what waits', async () => {
  sent.mockImplementationOnce(() => {
    throw offline()
  })
  await sendOrKeep('letter', '信', {})
  sent.mockReturnValue({})
  startOutbox()
  window.dispatchEvent(new Event('online'))
  await vi.waitFor(() => expect(waiting.value).toEqual([]))
})
