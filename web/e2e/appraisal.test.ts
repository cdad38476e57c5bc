import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, cast } from './selection.ts'
import { api, look, signedIn } from './world.ts'

interface Made {
  id: string
  entry_id: string
}

test('考评积分: a member declares, the secretary approves, the line is opened down to its rule, appealed against and decided', async () => {
  const { committee } = await cast()
  const year = new Date().getFullYear()
  const scheme = await call(committee.token, '/appraisal/presets/five')
  await call(committee.token, '/appraisal/schemes', 'POST', { scheme, effective_on: `${year}-01-01`, basis: '党委会纪要' })

  const { page, context, faults } = await signedIn('member', '/me/appraisal')
  await page.getByRole('heading', { name: '我的考评积分' }).waitFor()
  await page.getByText('另一本账').waitFor()
  await page.getByRole('link', { name: /申报积分/ }).click()
  await page.getByLabel('情形').selectOption('P02')
  await page.getByLabel('事项').fill('七月微党课')
  await page.getByLabel('依据').fill('支部会议记录第 12 页')
  await look(page, 'appraisal-propose')
  await page.getByRole('button', { name: '申报', exact: true }).click()
  await page.getByText('待审核').waitFor()

  const secretary = await signedIn('secretary', '/work')
  await secretary.page.getByRole('link', { name: /审核.*讲党课/ }).click()
  await secretary.page.getByRole('button', { name: '同意', exact: true }).waitFor()
  await look(secretary.page, 'appraisal-proposal')
  await secretary.page.getByRole('button', { name: '同意', exact: true }).click()
  await secretary.page.getByRole('button', { name: '同意', exact: true }).click()
  await secretary.page.getByText('已入账').first().waitFor()
  await secretary.page.goto(`${secretary.page.url().split('#')[0]}#/appraisal/proposals`)
  await secretary.page.getByText('没有等待审核的积分。').waitFor()
  await look(secretary.page, 'appraisal-proposals')
  await secretary.page.evaluate(() => (location.hash = '#/appraisal/unit'))
  await secretary.page.getByText('导出给薪酬部门').waitFor()
  await look(secretary.page, 'appraisal-unit')
  assert.deepEqual(secretary.faults, [])
  await secretary.context.close()

  await page.evaluate(() => (location.hash = '#/me/appraisal'))
  await page.getByRole('link', { name: /讲党课/ }).click()
  await page.getByText('由支委会审定').waitFor()
  await page.getByLabel('哪里不对').fill('应计两次')
  await look(page, 'appraisal-entry')
  await page.getByRole('button', { name: '提交申诉' }).click()
  await page.getByRole('button', { name: '提交申诉' }).click()
  await page.getByText('申诉中').waitFor()
  await page.evaluate(() => (location.hash = '#/me/appraisal'))
  await page.getByText('申诉中').waitFor()
  await look(page, 'appraisal-mine')
  await page.evaluate(() => (location.hash = '#/appraisal/rules'))
  await page.getByText('党员类别').waitFor()
  await look(page, 'appraisal-rules')

  const { items } = await api<{ items: Made[] }>('member', '/me/appraisal/appeals')
  const { employee_no } = await call<{ employee_no: string }>(committee.token, '/me')
  const above = await signedIn(`of a branch ${employee_no}`, `/appraisal/appeals/${items[0]!.id}`)
  await above.page.getByText('应计两次').waitFor()
  await above.page.getByRole('radio', { name: '不成立', exact: true }).check()
  await above.page.getByLabel('理由').fill('一次微党课只计一次')
  await look(above.page, 'appraisal-appeal')
  await above.page.getByRole('button', { name: '答复', exact: true }).click()
  await above.page.getByRole('button', { name: '答复', exact: true }).click()
  await above.page.getByText('申诉不成立').waitFor()
  await above.page.evaluate(() => (location.hash = '#/appraisal/appeals'))
  await above.page.getByText('没有这样的申诉。').waitFor()
  await look(above.page, 'appraisal-appeals')
  assert.deepEqual(above.faults, [])
  await above.context.close()
  assert.deepEqual(faults, [])
  await context.close()
})
