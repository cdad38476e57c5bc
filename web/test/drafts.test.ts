import { expect, test, vi } from 'vitest'
import { useDraft } from '../src/core/drafts'
import { session } from '../src/core/session'
import * as store from '../src/core/store'

vi.spyOn(console, 'warn').mockImplementation(() => undefined) // no page is being set up

test('a page comes back as it was', async () => {
  session.memberId = 'li'
  await store.write('drafts', 'li/idea/new', { title: '格栅', problem: '堵' })
  const { value, found, ready } = useDraft('idea/new', () => ({ title: '', problem: '', proposal: '' }))
  await ready
  expect([value.value, found.value]).toEqual([{ title: '格栅', problem: '堵', proposal: '' }, true])
})

test('what is typed while a slow phone still reads goes before what was kept, and is kept itself', async () => {
  session.memberId = 'li'
  await store.write('drafts', 'li/idea/new', { title: '格栅' })
  const { value, found, ready } = useDraft('idea/new', () => ({ title: '' }))
  value.value.title = '浮球'
  await ready
  expect([value.value, found.value]).toEqual([{ title: '浮球' }, false])
  await vi.waitFor(async () => expect(await store.read('drafts', 'li/idea/new')).toEqual({ title: '浮球' }))
})
