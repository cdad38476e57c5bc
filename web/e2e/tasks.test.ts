import assert from 'node:assert/strict'
import { test } from 'node:test'
import { came, photograph } from './paint.ts'
import { api, look, signedIn, until } from './world.ts'

test('任务: a list is laid on a branch, its secretary accepts, tells and hands in with a photograph, the organiser closes', async () => {
  const branch = (await api<{ branch: { id: string } }>('secretary', '/me/today')).branch.id
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'supervision', title: '七月督办事项', unit_id: root, year: 2026 })
  const asked = { title: '整改消防通道堆放', standard: '通道畅通，张贴标识', due_on: '2026-12-31', focus: true, evidence: '需核对现场', nodes: [{ title: '清理完毕', due_on: '2026-12-20' }] }
  await api('organiser', `/task-lists/${list.id}/items/1`, 'PUT', asked)
  await api('organiser', `/task-lists/${list.id}/layings`, 'POST', { unit_ids: [branch] })
  const task = await until(async () => (await api<{ items: Array<{ id: string }> }>('organiser', `/tasks?list_id=${list.id}`)).items[0], 'the list was not laid')

  const { page, context, faults } = await signedIn('secretary', '/work')
  await page.getByRole('link', { name: /签收任务.*消防通道/ }).click()
  await page.getByRole('button', { name: '签收', exact: true }).waitFor()
  await look(page, 'task-issued')
  await page.getByRole('button', { name: '签收', exact: true }).click()
  await page.getByRole('button', { name: '反馈进展' }).click()
  await page.getByLabel('完成百分之几').fill('60')
  await page.getByLabel('下一步').fill('张贴标识')
  await look(page, 'task-report')
  await page.getByRole('button', { name: '反馈进展', exact: true }).click()
  await page.getByText('60%，张贴标识').waitFor()
  await page.getByLabel('办理结果').fill('已清理并张贴标识')
  await page.getByText('须附佐证：需核对现场').waitFor()
  assert(await page.getByRole('button', { name: '提交销号' }).isDisabled(), 'the task says that it has to be seen')
  await page.getByLabel('佐证照片：拍照或选择照片').setInputFiles([{ name: '现场.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) }])
  await page.getByRole('button', { name: '提交销号' }).click()
  await page.getByText('待审核').first().waitFor()
  await came(page, '.pictures img')
  await look(page, 'task-submitted')
  assert.deepEqual(faults, [])

  const organiser = await signedIn('organiser', `/tasks/${task.id}`)
  await organiser.page.getByRole('button', { name: '审核通过' }).click()
  await organiser.page.getByLabel('成效（或退回的原因）').fill('通道畅通')
  await look(organiser.page, 'task-judged')
  await organiser.page.getByRole('button', { name: '销号', exact: true }).click()
  await organiser.page.getByRole('button', { name: '销号', exact: true }).click()
  await organiser.page.getByText('已销号').first().waitFor()
  await organiser.page.evaluate(() => (location.hash = '#/task-lists'))
  await organiser.page.getByRole('link', { name: /七月督办事项/ }).waitFor()
  await look(organiser.page, 'task-lists')
  await organiser.page.getByRole('link', { name: /七月督办事项/ }).click()
  await organiser.page.getByRole('link', { name: /^任务办理/ }).click()
  await organiser.page.getByRole('link', { name: /整改消防通道堆放/ }).waitFor()
  await look(organiser.page, 'tasks')
  assert.deepEqual(organiser.faults, [])
  await organiser.context.close()
  await context.close()
})
