import assert from 'node:assert/strict'
import { test } from 'node:test'
import { call, cast } from './selection.ts'
import { look, signedIn } from './world.ts'

test('月度工作提示: a secretary sees what is due, writes down what no record tells, and those above agree to what does not apply', async () => {
  const { committee } = await cast()
  const { page, context, faults } = await signedIn('secretary', '/month-sheet')
  await page.getByText(/已完成 \d+ 项/).waitFor()
  await look(page, 'obligations-sheet')
  await page.getByRole('link', { name: /党务公开更新/ }).first().click()
  await page.getByRole('heading', { name: '登记完成' }).waitFor()
  await page.getByLabel('做了什么').fill('公开栏已更新')
  await look(page, 'obligations-line')
  await page.getByRole('button', { name: '登记', exact: true }).click()
  await page.getByText('已完成', { exact: true }).waitFor()
  await page.evaluate(() => history.back())
  await page.getByRole('link', { name: /岗区复评/ }).first().click()
  await page.getByLabel('原因').fill('本支部没有责任区')
  await page.getByRole('button', { name: '申请不适用' }).click()
  await page.getByText('待确认').waitFor()

  const { items } = await call<{ items: Array<{ id: string }> }>(committee.token, '/obligation-exemptions?state=open')
  await call(committee.token, `/obligation-exemptions/${items[0]!.id}/approval`, 'POST')
  await page.reload()
  await page.getByText('不适用', { exact: true }).first().waitFor()
  await page.evaluate(() => (location.hash = '#/obligation-exemptions'))
  await page.getByRole('link', { name: /岗区复评/ }).click()
  await page.getByText('本支部没有责任区').waitFor()
  await look(page, 'obligations-exemption')
  await page.evaluate(() => (location.hash = '#/month-sheets'))
  await page.getByRole('heading', { name: '规定动作完成情况' }).waitFor()
  await page.getByText(/进行中 \d+/).first().waitFor()
  await look(page, 'obligations-units')
  assert.deepEqual(faults, [])
  await context.close()
})
