import assert from 'node:assert/strict'
import { test } from 'node:test'
import { came, photograph } from './paint.ts'
import { unitOf } from './team.ts'
import { ahead, api, look, openAnew, signedIn, thisYear, until } from './world.ts'

test('任务: a list is laid on a branch, its secretary accepts, tells and hands in with a photograph, the organiser closes', async () => {
  const branch = (await api<{ branch: { id: string } }>('secretary', '/me/today')).branch.id
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'supervision', title: '七月督办事项', unit_id: root, year: thisYear() })
  const asked = { title: '整改消防通道堆放', standard: '通道畅通，张贴标识', due_on: ahead(34), focus: true, evidence: '需核对现场', nodes: [{ title: '清理完毕', due_on: ahead(23) }] }
  await api('organiser', `/task-lists/${list.id}/items/1`, 'PUT', asked)
  await api('organiser', `/task-lists/${list.id}/layings`, 'POST', { unit_ids: [branch] })
  const task = await until(async () => (await api<{ items: Array<{ id: string }> }>('organiser', `/tasks?list_id=${list.id}`)).items[0], 'the list was not laid')

  const { page, context, faults } = await signedIn('secretary', '/work')
  await page.getByRole('link', { name: /签收任务.*消防通道/ }).click()
  await page.getByRole('button', { name: '签收', exact: true }).waitFor()
  await look(page, 'task-issued')
  await page.getByRole('button', { name: '签收', exact: true }).click()
  // who does it, and a node on the way
  await page.getByRole('button', { name: '指定承办人' }).click()
  await page.getByLabel('责任人').selectOption({ index: 1 })
  await page.getByRole('group', { name: '承办人员' }).getByRole('checkbox').nth(2).check()
  await page.getByText('已选 1 人').waitFor()
  await look(page, 'task-people')
  await page.getByRole('button', { name: '确定', exact: true }).click()
  await page.getByText(/责任人：测试党员.*承办人：测试党员/).waitFor()
  await page.getByRole('button', { name: /^登记.*清理完毕/ }).click()
  await page.getByLabel('完成情况').fill('堆放物已运走')
  await look(page, 'task-node')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText(/今天登记.*堆放物已运走/).waitFor()
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
  await page.getByLabel('佐证文件（选填）：选择文件').setInputFiles({ name: '整改验收单.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') })
  await page.getByRole('img', { name: /^第 1 张/ }).waitFor()
  await page.getByText('整改验收单.pdf').first().waitFor()
  await page.getByRole('button', { name: '提交销号' }).click()
  await page.getByText('待审核').first().waitFor()
  await came(page, '.pictures img')
  await page.getByRole('button', { name: '整改验收单.pdf' }).waitFor()
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

test('移交清单: what a member was to do who moves away is handed on, found from the notice and from the tasks, and printed', async () => {
  const { page, context, faults } = await signedIn('secretary', '/tasks')
  await page.getByRole('link', { name: /任务移交清单/ }).click()
  await page.getByText('没有移交过的任务。').waitFor()
  await look(page, 'hand-overs-none')

  const branch = await unitOf('secretary')
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null; kind: string; closed_on?: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'supervision', title: '八月督办事项', unit_id: root, year: thisYear() })
  for (const [at, title] of ['井下避灾路线标识补齐', '党员责任区台账更新'].entries()) await api('organiser', `/task-lists/${list.id}/items/${at + 1}`, 'PUT', { title, standard: '现场核对', due_on: ahead(34), nodes: [] })
  await api('organiser', `/task-lists/${list.id}/layings`, 'POST', { unit_ids: [branch.id] })
  const tasks = await until(async () => {
    const { items } = await api<{ items: Array<{ id: string }> }>('organiser', `/tasks?list_id=${list.id}`)
    return items.length === 2 && items
  }, 'the list was not laid')
  const { items: people } = await api<{ items: Array<{ id: string; name: string; unit_id: string; status: string; duties: unknown[] }> }>('administrator', `/units/${branch.id}/members?limit=100`)
  const leaves = people.filter(({ duties, status }) => !duties.length && status === 'active').at(-1)!
  for (const { id } of tasks) await api('secretary', `/tasks/${id}/acceptance`, 'POST', { head_id: leaves.id })
  const elsewhere = units.find(({ kind, id, closed_on }) => kind === '党支部' && id !== branch.id && !closed_on)!
  await api('administrator', `/members/${leaves.id}`, 'PATCH', { unit_id: elsewhere.id })
  await until(async () => (await api<{ items: unknown[] }>('secretary', '/task-hand-overs')).items.length === 2, 'nothing was handed on')

  await until(async () => (await api<{ items: Array<{ title: string }> }>('secretary', '/me/notices?limit=50')).items.some(({ title }) => title === '任务移交'), 'the secretary was not told')
  await openAnew(page, '/me/notices')
  await page.getByText(/未办结任务已移交，请查看移交清单/).first().click()
  await page.getByRole('heading', { name: new RegExp(`^${leaves.name}移交给`) }).waitFor()
  await page.getByRole('link', { name: '看全部移交' }).click()
  await page.getByRole('link', { name: '看全部移交' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /党员责任区台账更新.*原责任人/ }).waitFor()
  await look(page, 'hand-overs')
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^下载移交清单（A4）/ }).click()])
  assert.match(sheet.suggestedFilename(), new RegExp(`^任务移交清单-.*-${leaves.name}\\.html$`))
  await page.getByRole('link', { name: /井下避灾路线标识补齐/ }).click()
  await page.getByRole('heading', { name: '井下避灾路线标识补齐' }).waitFor()
  await page.getByRole('button', { name: '指定承办人' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
