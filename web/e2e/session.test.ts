import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accessible, api, look, phone, signIn, signedIn, world } from './world.ts'

test('a wrong password is said beside the form, the right one opens the app', async () => {
  const { people } = await world()
  const { page, context, faults } = await phone()
  await page.goto('/m/')
  await page.getByRole('heading', { name: '登录', exact: true }).waitFor()
  await look(page, 'sign-in')
  await page.getByRole('button', { name: '登录', exact: true }).click()
  await page.getByText('不能为空').first().waitFor()
  // Of every field at once, by the server.
  assert.equal(await page.getByText('不能为空').count(), 2)
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

test('large type that was chosen before signing in stays, and goes along to the next phone', async () => {
  const { people } = await world()
  const { page, context, faults } = await phone()
  await page.goto('/m/')
  await page.getByRole('button', { name: '大字版' }).click()
  await signIn(page, people['branch committee']!)
  await page.getByRole('navigation', { name: '今天' }).waitFor()
  await page.waitForFunction(() => document.documentElement.classList.contains('care'))
  while (!(await api<{ care_mode: boolean }>('branch committee', '/me/settings')).care_mode) await page.waitForTimeout(100)
  const next = await signedIn('branch committee')
  await next.page.getByRole('navigation', { name: '今天' }).waitFor()
  assert.deepEqual([...faults, ...next.faults], [])
  await next.context.close()
  await context.close()
})

test('an invite code opens an account with a first password, and the next sign-in needs only that', async () => {
  const [branch] = (await api<{ units: Array<{ id: string; kind: string }> }>('secretary', '/me')).units.filter(({ kind }) => kind === '党支部')
  const { items } = await api<{ items: Array<{ id: string; employee_no: string; name: string; duties: unknown[] }> }>('secretary', `/units/${branch!.id}/members?limit=100`)
  const { people } = await world()
  const known = Object.values(people).map(({ number }) => number)
  const member = items.find(({ employee_no, duties }) => duties.length === 0 && !known.includes(employee_no))!
  const sheet = await api<{ items: Array<{ invite_code: string }> }>('secretary', '/invitations', 'POST', { member_id: member.id, replace: true })
  const code = sheet.items[0]!.invite_code
  people[`opened ${member.employee_no}`] = { number: member.employee_no, password: 'xiaoyan-0926' }

  const { page, context, faults } = await phone()
  await page.goto('/m/#/me/notices')
  await page.getByRole('button', { name: '第一次使用，用邀请码开通' }).click()
  await page.getByRole('heading', { name: '用邀请码开通' }).waitFor()
  await page.getByLabel('工号').fill(member.employee_no)
  await page.getByLabel('邀请码').fill('AAAA-AAAA-AAAA')
  await page.getByLabel('设置密码').fill('xiaoyan-0926')
  await page.getByLabel('再输一次密码').fill('xiaoyan-0926')
  await page.getByRole('button', { name: '开通并登录' }).click()
  await page.getByRole('alert').locator('p').or(page.locator('.said')).first().waitFor()
  await look(page, 'invite-code')
  await page.getByLabel('邀请码').fill(code.toLowerCase().replaceAll('-', ''))
  await page.getByRole('button', { name: '开通并登录' }).click()
  // Where the link led, and not the first page.
  await page.getByRole('heading', { name: '通知' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()

  const next = await phone()
  await next.page.goto('/m/')
  await signIn(next.page, { number: member.employee_no, password: 'xiaoyan-0926' })
  await next.page.getByText(member.name).first().waitFor()
  await next.context.close()
})

test('who cannot get in is told whom to ask', async () => {
  const { page, context, faults } = await phone()
  // An enterprise that has set its number, which the demo has not.
  await page.route('**/api/v1/config', async (route) => {
    const there = (await (await route.fetch()).json()) as { enterprise: object }
    await route.fulfill({ json: { ...there, enterprise: { ...there.enterprise, name: '新疆阿尔金山矿业集团有限公司党委', help_phone: '0906-8812345' } } })
  })
  await page.goto('/m/')
  assert.equal(await page.getByRole('link', { name: '求助电话 0906-8812345' }).getAttribute('href'), 'tel:0906-8812345')
  await page.getByRole('button', { name: '忘记密码' }).click()
  await page.getByText('请支部书记给您一个新的邀请码').waitFor()
  await look(page, 'forgotten')
  await page.getByRole('button', { name: '名单不对？' }).click()
  await page.getByText('请告诉所在支部的书记').waitFor()
  await look(page, 'roster')
  assert.deepEqual(faults, [])
  await context.close()

  // A phone that knew the member may ask for itself.
  const { people } = await world()
  const known = await phone()
  await known.page.goto('/m/')
  await signIn(known.page, people['organiser']!)
  await known.page.evaluate(() => (location.hash = '#/mine'))
  await known.page.getByRole('button', { name: '退出登录' }).click()
  await known.page.getByRole('button', { name: '退出登录', exact: true }).click()
  await known.page.getByRole('button', { name: '忘记密码' }).click()
  await known.page.getByRole('button', { name: '申请重置密码' }).click()
  await known.page.getByRole('status').waitFor()
  await look(known.page, 'forgotten-asked')
  assert.deepEqual(known.faults, [])
  await known.context.close()
})

test('in the demo one tap signs in, and another tap later signs in somebody else', async () => {
  const { page, context, faults } = await phone()
  await page.goto('/')
  await accessible(page, 'demo')
  await page.getByRole('button', { name: /党员/ }).first().click()
  await page.getByText('每日一学').waitFor()
  const name = () => page.locator('.hello b').textContent()
  const first = await name()
  await page.goto('/')
  await page.getByRole('button', { name: /支部书记/ }).first().click()
  await page.getByRole('link', { name: '工作' }).waitFor()
  assert.notEqual(await name(), first)
  assert.deepEqual(faults, [])
  await context.close()
})
