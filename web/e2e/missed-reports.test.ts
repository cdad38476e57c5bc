// Reports that nobody handed in by their day: whoever asked makes a task of one, or had each become one by itself.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ownClock, serverNow, turnClock } from './demo.ts'
import { call, cast } from './selection.ts'
import { api, look, openAnew, signedIn, until } from './world.ts'

const DAY = 86_400_000
const day = (at: number) => new Date(at + 8 * 3_600_000).toISOString().slice(0, 10)
/** The clock is put on to the day after the reports were due. */
const puts = ownClock()

test('未报: a report becomes a task by itself or by hand, and says what has become of it', { skip: puts ? false : 'no libfaketime on this machine' }, async () => {
  const { units } = await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')
  const top = units[units.length - 1]!.id
  const due = serverNow() + 12 * DAY
  const { committee } = await cast()
  const form = await api<{ id: string; state: string }>('organiser', '/report-forms', 'POST', {
    unit_id: top, title: '消防器材检查情况', basis: '安委会〔2026〕9号', reader: '党委组织部', unit_kind: '党支部', cycle: 'once', starts_on: day(serverNow()), due_on: day(due),
    form: { fields: [{ key: 'a', title: '检查情况', kind: 'text', required: true }] },
  })
  assert.equal(form.state, 'active')
  const mine = await until(async () => (await api<{ items: Array<{ id: string; due_on: string }> }>('secretary', `/reports?form_id=${form.id}`)).items[0], 'the report is open')

  // Another one, for which the choice is made where it is asked for, and taken back where it is changed.
  const { page, context, faults } = await signedIn('organiser', '/report-forms/new', 1280)
  await page.getByRole('button', { name: '自拟一份' }).click()
  await page.getByLabel('名称').fill('应急预案演练情况')
  await page.getByLabel('依据').fill('安委会〔2026〕10号')
  await page.getByLabel('谁来看').fill('党委组织部')
  await page.getByLabel('由哪类组织报送').selectOption('党支部')
  await page.getByRole('radio', { name: '一次性' }).check()
  await page.getByLabel('截止日期').fill(day(due))
  await page.getByRole('switch', { name: /没有报的自动转为任务/ }).check()
  await page.getByRole('button', { name: '增加一项' }).click()
  await page.locator('.field-of').last().getByLabel('名称').fill('演练情况')
  await look(page, 'report-ask-task')
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByRole('button', { name: '布置', exact: true }).click()
  await page.getByText('没有报的，截止次日自动转为任务').waitFor()
  const other = /report-forms\/([0-9a-f-]{36})/.exec(page.url())![1]!
  await page.getByRole('link', { name: /^修改/ }).click()
  const choice = page.getByRole('switch', { name: /没有报的自动转为任务/ })
  assert(await choice.isChecked())
  await choice.uncheck()
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByRole('heading', { name: '应急预案演练情况' }).waitFor()
  assert.equal(await page.getByText('没有报的，截止次日自动转为任务').count(), 0)
  await page.getByRole('link', { name: /^修改/ }).click()
  await choice.check()
  await look(page, 'report-edit-task')
  await page.getByRole('button', { name: '保存', exact: true }).click()
  await page.getByText('没有报的，截止次日自动转为任务').waitFor()
  // Beyond the limits it waits for somebody above.
  if ((await api<{ state: string }>('organiser', `/report-forms/${other}`)).state === 'proposed') await call(committee.token, `/report-forms/${other}/approval`, 'POST', {})
  const byItself = await until(async () => (await api<{ items: Array<{ id: string; due_on: string }> }>('secretary', `/reports?form_id=${other}`)).items[0], 'the other report is open')

  // The day after both were due.
  const last = [mine.due_on, byItself.due_on].sort().at(-1)!
  turnClock(Math.ceil((Date.parse(`${last}T23:59:59+08:00`) + 10 * 3_600_000 - Date.now()) / 1000))
  await until(async () => (await api<{ task: unknown }>('secretary', `/reports/${byItself.id}`)).task, 'no task came by itself')

  await openAnew(page, `/reports/${mine.id}`)
  await page.getByText('这份报送还没有报').waitFor()
  await look(page, 'report-missing')
  await page.getByRole('button', { name: '转为任务' }).click()
  await page.getByLabel('完成时限（选填）').fill('2020-01-01')
  await page.getByLabel('完成标准（选填）').fill('补报，并说明原因')
  await page.getByRole('button', { name: '转为任务', exact: true }).click()
  await page.locator('[aria-invalid=true]').waitFor()
  await look(page, 'report-missing-task')
  await page.getByLabel('完成时限（选填）').fill(day(serverNow() + 15 * DAY))
  await page.getByRole('button', { name: '转为任务', exact: true }).click()
  await page.getByText('未报已转为任务').waitFor()
  await look(page, 'report-missing-opened')
  assert.deepEqual(faults, [])
  await context.close()

  // The secretary sees both, and goes from the report to what is to be done.
  const there = await signedIn('secretary', `/reports/${byItself.id}`)
  await there.page.getByRole('link', { name: /未报已转为任务/ }).waitFor()
  await openAnew(there.page, `/reports/${mine.id}`)
  assert.equal(await there.page.getByRole('button', { name: '转为任务' }).count(), 0)
  await there.page.getByRole('link', { name: /未报已转为任务/ }).click()
  await there.page.getByRole('button', { name: '签收', exact: true }).click()
  await there.page.getByText('补报，并说明原因').waitFor()
  await there.page.getByRole('button', { name: '签收', exact: true }).waitFor({ state: 'detached' })
  await openAnew(there.page, `/reports/${mine.id}`)
  await there.page.getByLabel('检查情况（必填）').fill('器材齐全，压力正常。')
  await there.page.getByRole('button', { name: '提交' }).click()
  await there.page.getByText('迟报已转为任务').waitFor()
  await look(there.page, 'report-late-task')
  assert.deepEqual(there.faults, [])
  await there.context.close()
})
