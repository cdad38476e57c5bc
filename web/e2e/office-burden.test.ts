// What a month asks of those who do a unit's paperwork: forms within and beyond the limits, rules of the enterprise's own, notices.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serverNow } from './demo.ts'
import { call, cast } from './selection.ts'
import { api, look, signedIn, until } from './world.ts'

test('组织事务台账: forms, also beyond the limits, and own rules with what they cost, month by month', async () => {
  const { committee, root } = await cast()
  const form = (title: string) => ({ unit_id: root, title, basis: '月度例会', reader: '党委组织部', unit_kind: '党支部', cycle: 'month', due_after: 5, form: { fields: [{ key: 'a', title: '情况', kind: 'text' }] } })
  await api('organiser', '/report-forms', 'POST', form('隐患排查与整改情况月报'))
  await api('organiser', '/report-forms', 'POST', form('党员教育培训月报'))
  const more = await api<{ id: string; state: string }>('organiser', '/report-forms', 'POST', form('班组安全活动情况月报（井下、选矿、冶炼各单位）'))
  assert.equal(more.state, 'proposed', 'one more than the limits allow')
  await call(committee.token, `/report-forms/${more.id}/approval`, 'POST', {})
  await until(async () => (await api<{ items: unknown[] }>('secretary', `/reports?form_id=${more.id}`)).items.length > 0, 'the report is open')
  const [first, last] = [0, 200].map((days) => new Date(serverNow() + (days * 24 + 8) * 3_600_000).toISOString().slice(0, 10))
  await api('organiser', '/obligation-rules', 'POST', {
    unit_id: root, title: '安全生产党员责任区巡查', basis: '集团党发〔2026〕12号', standard: '每月巡查一次，发现的问题已登记', audience: ['branch'], cycle: 'month',
    windows: [{ first: { months: 0, day: 1 }, last: { months: 0, day: -1 } }], minutes: 60, from_on: first, until_on: last,
  })
  await api('organiser', '/settings/burden.forms_per_month', 'PUT', { value: 1, reason: '试每月一项' })

  const { page, context, faults } = await signedIn('secretary', '/work/burden')
  await page.getByRole('link', { name: /组织事务台账/ }).click()
  await page.getByRole('heading', { name: '自定的规定动作' }).waitFor()
  await look(page, 'burden-office')
  await page.getByRole('radio').nth(2).check()
  await page.getByText('这个月的报送多于 1 份').waitFor()
  await page.getByText('超出限额', { exact: true }).nth(1).waitFor()
  await page.getByText(/安全生产党员责任区巡查/).waitFor()
  await page.getByText(/1\s次\s· 每次 60\s分钟/).waitFor()
  await look(page, 'burden-office-above')
  await page.getByRole('link', { name: /班组安全活动情况月报/ }).click()
  await page.getByRole('heading', { name: /班组安全活动情况月报/ }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()

  const above = await signedIn('organiser', '/work/burden/offices', 1280)
  await above.page.getByRole('radio').nth(2).check()
  await above.page.getByRole('heading', { name: '各下级组织' }).waitFor()
  await look(above.page, 'burden-office-units')
  assert.deepEqual(above.faults, [])
  await above.context.close()
})
