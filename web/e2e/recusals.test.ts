import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, cast, reach, selection, tokenOf } from './selection.ts'
import { enters, joins, unitOf } from './team.ts'
import { api, look, signedIn } from './world.ts'

test('an expert keeps out of an entry for a reason of his own; the others score it, and who runs the selection reads why', async () => {
  const { expert } = await cast()
  const made = await selection('班组先锋岗评审', ['铲运机点检先锋岗', '主扇巡检先锋岗'], { expert: 600, committee: 600 })
  const { employee_no } = await call<{ employee_no: string }>(expert.token, '/me')
  const own = `of a branch ${employee_no}`
  await reach(made.id, 'expert')
  const { page, context, faults } = await signedIn(own, `/work/campaigns/${made.id}/scores`)
  await page.getByRole('link', { name: /铲运机点检先锋岗/ }).click()
  await page.getByText('我要回避').click()
  await page.getByRole('button', { name: '回避', exact: true }).click()
  await page.getByRole('button', { name: '回避', exact: true }).click()
  await page.getByText('不能为空').waitFor()
  await page.getByLabel('为什么回避').fill('牵头负责人是我的徒弟。')
  await look(page, 'recusal')
  await page.getByRole('button', { name: '回避', exact: true }).click()
  await page.getByText('回避后不能撤回').waitFor()
  await page.getByRole('button', { name: '回避', exact: true }).click()
  await page.getByText('您已回避这份材料，由其他专家打分。').waitFor()
  assert.equal(await page.getByRole('button', { name: '提交分数' }).count(), 0)
  await look(page, 'recusal-done')
  await page.getByRole('button', { name: '返回' }).click()
  await page.getByText('已评 0 / 1').waitFor()
  assert.equal(await page.getByRole('link', { name: /铲运机点检先锋岗/ }).count(), 0)
  // Opened by its address it says so.
  await page.evaluate(([campaign, entry]) => (location.hash = `#/work/campaigns/${campaign}/scores/expert/${entry}`), [made.id, made.entries[0]!])
  await page.getByText('这份材料不由您打分。').waitFor()
  const { recusals } = await call<{ recusals: Array<{ entry_id: string; reason: string }> }>(await tokenOf('organiser'), `/campaigns/${made.id}/scores`)
  assert.deepEqual(recusals.map(({ entry_id, reason }) => [entry_id, reason]), [[made.entries[0], '牵头负责人是我的徒弟。']])

  // What was scored already, one does not leave: the sheet offers it no more.
  await page.evaluate(([campaign, entry]) => (location.hash = `#/work/campaigns/${campaign}/scores/expert/${entry}`), [made.id, made.entries[1]!])
  await page.getByLabel(/立项准确/).fill('90')
  await page.getByLabel(/预期效果/).fill('88')
  await page.getByRole('button', { name: '提交分数' }).click()
  await page.getByText('这份材料不由您打分。').waitFor()
  await page.evaluate(([campaign, entry]) => (location.hash = `#/work/campaigns/${campaign}/scores/expert/${entry}`), [made.id, made.entries[1]!])
  await page.getByRole('button', { name: '提交分数' }).waitFor()
  assert.equal(await page.getByText('我要回避').count(), 0)
  assert.deepEqual(faults, [])
  await context.close()
})

test('a secretary keeps out of an idea for a reason of his own, and everybody who sees it reads that', async () => {
  const branch = await unitOf('secretary')
  await joins('other of the committee', branch.id, 'branch_committee')
  const { items } = await api<{ items: Array<{ id: string; employee_no: string; duties: unknown[] }> }>('administrator', `/units/${branch.id}/members?limit=100`)
  const author = items.find(({ duties }) => !duties.length)!
  await enters('author', author)
  const { id } = await api<{ id: string }>('author', '/ideas', 'POST', { title: '水泵房照明改为声控', category: '指标', problem: '长明灯费电。', proposal: '换声控开关。', submit: true })
  const { page, context, faults } = await signedIn('secretary', `/ideas/${id}`)
  await page.getByRole('heading', { name: '办理', exact: true }).waitFor()
  await page.getByText('我要回避').click()
  await page.getByLabel('为什么回避').fill('提出人是我的爱人。')
  await look(page, 'idea-recusal')
  await page.getByRole('button', { name: '回避', exact: true }).click()
  await page.getByRole('button', { name: '回避', exact: true }).click()
  await page.getByText(/自行回避：提出人是我的爱人。/).waitFor()
  await page.getByRole('heading', { name: '办理', exact: true }).waitFor({ state: 'detached' })
  await look(page, 'idea-recused')
  const reader = await signedIn('author', `/ideas/${id}`)
  await reader.page.getByText(/自行回避：提出人是我的爱人。/).waitFor()
  const other = await signedIn('other of the committee', `/ideas/${id}`)
  await other.page.getByRole('heading', { name: '办理', exact: true }).waitFor()
  assert.deepEqual([...faults, ...reader.faults, ...other.faults], [])
  await reader.context.close()
  await other.context.close()
  await context.close()
})
