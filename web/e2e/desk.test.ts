// What waits, given to a member of the unit to prepare; and what a duty leaves when it ends.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownClock, turnClock } from './demo.ts'
import { unitOf } from './team.ts'
import { ahead, api, look, openAnew, signedIn, thisYear, until } from './world.ts'

/** The clock is put on to the day after duties began: what ends on its first day leaves nothing. */
const puts = ownClock()

interface Member {
  id: string
  name: string
  duties: Array<{ id: string; role: string; unit_id: string }>
}

test('交办准备: a member prepares what waits for the secretary, who goes on deciding', async () => {
  const member = await api<{ name: string; employee_no: string }>('member', '/me')
  const { page, context, faults } = await signedIn('secretary', '/work')
  await page.getByRole('link', { name: /^交办/ }).first().click()
  await page.getByText('请本组织的一名党员先做准备').waitFor()
  await look(page, 'desk-item')
  await page.getByRole('button', { name: '交办给本组织党员' }).click()
  await page.getByRole('button', { name: /^选择/ }).click()
  await page.getByLabel('按姓名或工号查找').fill(member.employee_no)
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('radio', { name: member.name }).click()
  await page.getByLabel('要求').fill('请先汇总各小组的数字，周三下班前告诉我')
  await look(page, 'desk-item-giving')
  await page.getByRole('button', { name: '交办', exact: true }).click()
  await page.getByText('准备中').waitFor()
  await look(page, 'desk-item-given')

  const other = await signedIn('member', '/me/notices')
  await until(async () => (await api<{ items: Array<{ title: string }> }>('member', '/me/notices?limit=50')).items.some(({ title }) => title === '请您准备一项工作'), 'the member was not told')
  await openAnew(other.page, '/me/notices')
  await other.page.getByText(/请您准备：/).first().click()
  await other.page.getByText('请先汇总各小组的数字，周三下班前告诉我').waitFor()
  await other.page.getByLabel('准备情况').fill('三个小组共 12 处，已同组长核对。')
  await look(other.page, 'desk-item-preparing')
  await other.page.getByRole('button', { name: '报告已准备好' }).click()
  await other.page.getByText(/已告知/).waitFor()
  await look(other.page, 'desk-item-prepared')
  assert.deepEqual(other.faults, [])
  await other.context.close()

  await openAnew(page, '/work')
  await page.getByRole('link', { name: new RegExp(`^${member.name}已备好`) }).waitFor()
  await look(page, 'desk-prepared')
  await page.getByRole('link', { name: new RegExp(`^${member.name}已备好`) }).click()
  await page.getByText('三个小组共 12 处，已同组长核对。').waitFor()
  await page.getByRole('button', { name: '收回交办' }).click()
  await page.getByRole('button', { name: '收回交办' }).last().click()
  await page.getByText('三个小组共 12 处').waitFor({ state: 'detached' })
  assert.deepEqual(faults, [])
  await context.close()
})

test('交办准备: what is the secretary’s own, and lies with no unit, is given to a member of his too', async () => {
  const me = await api<{ id: string }>('secretary', '/me')
  const member = await api<{ id: string; name: string; employee_no: string }>('member', '/me')
  const branch = (await api<{ branch: { id: string } }>('secretary', '/me/today')).branch.id
  const { items: units } = await api<{ items: Array<{ id: string; parent_id: string | null }> }>('organiser', '/units')
  const root = units.find(({ parent_id }) => parent_id === null)!.id
  const list = await api<{ id: string }>('organiser', '/task-lists', 'POST', { kind: 'supervision', title: '督办事项', unit_id: root, year: thisYear() })
  await api('organiser', `/task-lists/${list.id}/items/1`, 'PUT', { title: '党员责任区台账更新', standard: '现场核对', due_on: ahead(34), nodes: [] })
  await api('organiser', `/task-lists/${list.id}/layings`, 'POST', { unit_ids: [branch] })
  const task = await until(async () => (await api<{ items: Array<{ id: string }> }>('organiser', `/tasks?list_id=${list.id}`)).items[0], 'the list was not laid')
  await api('secretary', `/tasks/${task.id}/acceptance`, 'POST', { head_id: me.id })
  const { items } = await api<{ items: Array<{ id: string; kind: string; unit_id: string | null; assignable: boolean }> }>('secretary', '/me/desk')
  const own = items.find(({ kind, unit_id }) => kind === 'task' && !unit_id)!
  assert(own.assignable)
  const { page, context, faults } = await signedIn('secretary', `/desk-items/${own.id}`)
  await page.getByRole('button', { name: '交办给本组织党员' }).click()
  await page.getByRole('button', { name: /^选择/ }).click()
  await page.getByLabel('按姓名或工号查找').fill(member.employee_no)
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByRole('radio', { name: member.name }).click()
  await page.getByRole('button', { name: '交办', exact: true }).click()
  await page.getByText('准备中').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})

test('待办移交清单: what lay with a duty that ended is read, opened and printed', { skip: puts ? false : 'no libfaketime on this machine' }, async () => {
  const { page, context, faults } = await signedIn('secretary', '/desk-hand-overs')
  await page.getByText('没有移交清单。').waitFor()
  await look(page, 'desk-hand-overs-none')
  await api('member', '/ideas', 'POST', { title: '巷道照明改用感应开关', category: '指标', problem: '灯整夜亮着。', proposal: '改用感应开关。', submit: true })
  turnClock(86_400)
  const branch = await unitOf('secretary')
  const { items: people } = await api<{ items: Member[] }>('administrator', `/units/${branch.id}/members?limit=100`)
  const { units } = await api<{ units: Array<{ id: string }> }>('member', '/me')
  const leads = ({ role, unit_id: unit }: Member['duties'][number]) => role === 'group_leader' && unit === units[0]!.id
  const leader = people.find(({ duties }) => duties.some(leads))!
  const duty = leader.duties.find(leads)!
  await api('administrator', `/members/${leader.id}/roles/${duty.id}`, 'DELETE')
  await until(async () => (await api<{ items: unknown[] }>('secretary', '/desk-hand-overs')).items.length === 1, 'no list was made')
  await openAnew(page, '/desk-hand-overs')
  await look(page, 'desk-hand-overs')
  await page.getByRole('link', { name: new RegExp(leader.name) }).click()
  await page.getByText('征集金点子“巷道照明改用感应开关”').waitFor()
  await look(page, 'desk-hand-over')
  const [sheet] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载移交清单（A4）' }).click()])
  assert.match(sheet.suggestedFilename(), new RegExp(`^待办移交清单-.*-${leader.name}\\.html$`))
  assert.deepEqual(faults, [])
  await context.close()
})
