import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unitOf } from './team.ts'
import { answerWith, api, look, patiently, signedIn, world } from './world.ts'

interface Row {
  id: string
  employee_no: string
  name: string
  code_open: boolean
}
const LONG = '阿卜杜热合曼·买买提依明江·艾合买提'

/** Whether a code still sets a password. */
async function redeems(employee_no: string, invite_code: string): Promise<boolean> {
  const { address } = await world()
  const answer = await patiently(() => fetch(`${address}/api/v1/session/invitation`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ employee_no, invite_code, new_password: 'kaitong-2026-mima' }) }))
  return answer.ok
}

test('codes that were handed out are listed, and a new sheet asks before it makes them worthless', async () => {
  const branch = await unitOf('secretary')
  const { page, context, faults } = await signedIn('secretary', '/invitations')
  await page.getByText('没有尚未使用的邀请码。').waitFor()
  await look(page, 'open-codes-none')
  await page.getByRole('link', { name: '发放邀请码' }).click()
  await page.getByRole('button', { name: '发放邀请码' }).click()
  await page.getByRole('button', { name: '发放邀请码' }).click()
  await page.getByText(/还没有登录过。/).waitFor()
  const [number, code] = [await page.locator('.slip dd').first().innerText(), await page.locator('.slip dd.code').first().innerText()]

  // The other of the committee sees whose codes are open, since when, by whom and until when; never the codes.
  const other = await signedIn('branch committee', '/work/members')
  // Those who have one are said to below, once they are there.
  await other.page.getByRole('link', { name: /^邀请码/ }).click()
  await other.page.getByRole('link', { name: /尚未使用的邀请码/ }).click()
  await other.page.getByText(/共 \d+ 个/).waitFor()
  await other.page.getByRole('link', { name: new RegExp(`${number}.*发放.*到期`) }).waitFor()
  assert.equal(await other.page.getByText(code).count(), 0)
  await look(other.page, 'open-codes')

  // A sheet anew is refused, says how many codes it would end, and is printed only when somebody says so.
  await other.page.getByRole('button', { name: '返回' }).click()
  await other.page.getByText(/手里有邀请码/).waitFor()
  await other.page.getByRole('button', { name: '发放邀请码' }).click()
  await other.page.getByRole('button', { name: '发放邀请码' }).click()
  await other.page.getByRole('alert').getByText(/邀请码已经发放、仍可使用/).waitFor()
  await look(other.page, 'codes-refused')
  const { items } = await api<{ items: Row[] }>('administrator', `/units/${branch.id}/members?limit=100`)
  assert.equal(items.find(({ employee_no }) => employee_no === number)!.code_open, true)
  await other.page.getByRole('button', { name: '作废并重新发放' }).click()
  await other.page.getByText('原来的邀请码不能再用').waitFor()
  await other.page.getByRole('button', { name: '作废并重新发放' }).click()
  const slip = other.page.locator('.slip').filter({ hasText: number })
  const fresh = await slip.locator('dd.code').innerText()
  assert.notEqual(fresh, code)
  assert.equal(await redeems(number, code), false)
  assert.equal(await redeems(number, fresh), true)

  // What was used is open no more; one person's code is given anew from the list.
  await page.goto('/m/#/invitations')
  await page.getByText(/共 \d+ 个/).waitFor()
  assert.equal(await page.getByText(number).count(), 0)
  await page.locator('a.line[href*="/members/"]').first().click()
  await page.getByRole('heading', { name: '邀请码' }).waitFor()
  await page.getByRole('button', { name: '发放邀请码' }).click()
  await page.getByRole('button', { name: '发放邀请码' }).click()
  await page.getByRole('alert').getByText(/邀请码已经发放/).waitFor()
  await page.getByRole('button', { name: '作废并重新发放' }).click()
  await page.getByRole('button', { name: '作废并重新发放' }).click()
  await page.getByText(/前有效，只能用一次/).waitFor()
  assert.deepEqual([...faults, ...other.faults], [])
  await other.context.close()

  // Long names, and a server that does not answer.
  await answerWith(page, '**/api/v1/invitations*', (body) => body.replaceAll(/测试党员\d+/g, LONG).replaceAll('龙首矿第一党支部', '龙首矿采矿一工区机电维修与充填联合党支部'))
  await page.evaluate(() => (location.hash = '#/invitations'))
  await page.getByText(LONG).first().waitFor()
  await look(page, 'open-codes-long')
  await page.unroute('**/api/v1/invitations*')
  await page.route('**/api/v1/invitations*', (route) => route.abort())
  await page.reload()
  await page.getByRole('button', { name: '重试' }).waitFor()
  await look(page, 'open-codes-failed')
  await context.close()
})
