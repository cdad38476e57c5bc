import assert from 'node:assert/strict'
import { test } from 'node:test'
import { putAside, unitOf } from './team.ts'
import { api, look, signedIn } from './world.ts'

test('a meeting is written down, resumed, changed with who came, read by another and taken back', async () => {
  const branch = await unitOf('secretary')
  const { page, context, faults } = await signedIn('secretary', '/meetings')
  await page.getByRole('heading', { name: '会议', level: 1 }).waitFor()
  await page.getByText('支委会：讨论确定金点子').waitFor()
  await look(page, 'meetings')
  await page.getByLabel('会议类型').selectOption('lecture')
  await page.getByText('没有登记过党课。').waitFor()
  await look(page, 'meetings-none')
  await page.getByRole('link', { name: '登记会议' }).first().click()
  await page.getByRole('checkbox').first().waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('不能为空').first().waitFor()
  await look(page, 'meeting-refused')
  await page.getByRole('radio', { name: '主题党日' }).check()
  await page.getByLabel('会议名称').fill('主题党日：井下避灾路线现场走一遍')
  await page.getByLabel('地点').fill('二中段井底车场')
  await page.getByRole('checkbox').nth(0).check()
  await page.getByRole('checkbox').nth(2).check()
  await page.getByText('到会 2 / 应到 8').waitFor()

  // The phone is put aside and the page killed: what was written is there again.
  await putAside(page)
  await page.reload()
  await page.getByText('已恢复上次没有写完的内容').waitFor()
  assert.equal(await page.getByLabel('地点').inputValue(), '二中段井底车场')
  await page.getByText('到会 2 / 应到 8').waitFor()
  await page.getByLabel('会议记录').fill('## 议程\n\n1. 沿避灾路线走一遍\n2. 讨论标识牌缺失的位置')
  await look(page, 'meeting-writing')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('已保存。').waitFor()
  await page.getByText('二中段井底车场').waitFor()
  await page.getByText(/未到会：/).waitFor()
  await look(page, 'meeting')
  const id = page.url().match(/meetings\/([0-9a-f-]+)/)![1]!

  await page.getByRole('link', { name: '修改' }).click()
  await page.getByRole('button', { name: '全部到会' }).click()
  // Another phone changed it meanwhile: nothing is written over unknowingly.
  await api('secretary', `/meetings/${id}`, 'PATCH', { title: '主题党日：避灾路线' })
  await page.getByRole('button', { name: '保存', exact: true }).click()
  // By name and hour.
  await page.getByRole('alert').getByText(/^\S+已于.*\d.*修改过这里的内容/).waitFor()
  await look(page, 'meeting-outdated')
  await page.getByRole('button', { name: '仍按我写的保存' }).click()
  await page.getByText('已保存。').waitFor()
  await page.getByText('到会 8 / 应到 8').waitFor()
  // Every version stays, with who wrote it and when.
  await page.getByText('修改记录').click()
  await page.getByText('第 3 版').waitFor()
  await page.getByText('到会（2 人改为 8 人）').waitFor()
  await look(page, 'meeting-versions')
  assert.equal((await api<{ attendance: string[]; minutes: string }>('secretary', `/meetings/${id}`)).attendance.length, 8)

  // The organiser reads it and cannot take it back.
  const organiser = await signedIn('organiser', `/meetings/${id}`)
  await organiser.page.getByText('沿避灾路线走一遍').waitFor()
  await organiser.page.getByText('到会 8 / 应到 8').waitFor()
  assert.equal(await organiser.page.getByRole('button', { name: '删除' }).count(), 0)
  await organiser.context.close()

  await page.getByRole('button', { name: '删除' }).click()
  await page.getByText('删除后不能恢复').waitFor()
  await page.getByRole('button', { name: '删除', exact: true }).click()
  await page.getByRole('heading', { name: '会议', level: 1 }).waitFor()
  const left = await api<{ items: Array<{ id: string }> }>('secretary', `/meetings?unit_id=${branch.id}`)
  assert(!left.items.some((one) => one.id === id))

  // What something was decided at stays, and the page says so.
  await page.goto('/m/#/meetings')
  await page.getByLabel('会议类型').selectOption('branch_committee')
  await page.getByRole('link', { name: /支委会：讨论确定金点子/ }).click()
  await page.getByText('不能删除').waitFor()
  assert.equal(await page.getByRole('button', { name: '删除' }).count(), 0)
  await look(page, 'meeting-stays')
  assert.deepEqual(faults, [])
  await context.close()
})

test('a member sees when and where the branch meets next', async () => {
  const { branch } = await api<{ branch: { next_meeting: { id: string; title: string } | null } }>('member', '/me/today')
  assert(branch.next_meeting)
  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('link', { name: new RegExp(branch.next_meeting.title) }).click()
  await page.getByRole('heading', { name: branch.next_meeting.title }).waitFor()
  await look(page, 'meeting-member')
  assert.deepEqual(faults, [])
  await context.close()
})
