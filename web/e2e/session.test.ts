import assert from 'node:assert/strict'
import { test } from 'node:test'
import { look, phone, signIn, world } from './world.ts'

test('a wrong password is said beside the form, the right one opens the app', async () => {
  const { people } = await world()
  const { page, context, faults } = await phone()
  await page.goto('/m/')
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor()
  await look(page, 'sign-in')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('不能为空').first().waitFor()
  await page.getByLabel('工号或手机号').fill(people['member']!.number)
  await page.getByLabel('密码', { exact: true }).fill('不是这个')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByRole('alert').getByText('账号或密码不正确').waitFor()
  await look(page, 'sign-in-refused')
  await signIn(page, people['member']!)
  await page.getByRole('navigation', { name: '主导航' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
