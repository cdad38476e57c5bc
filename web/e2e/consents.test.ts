import assert from 'node:assert/strict'
import { test } from 'node:test'
import { api, look, openAnew, phone, signedIn } from './world.ts'

test('a privacy notice stands before the sign-in, asks everybody once a version, and keeps to what was agreed', async () => {
  const none = await signedIn('member', '/me/consents')
  await none.page.getByText('企业没有另行发布告知书。').waitFor()
  await look(none.page, 'consents-none')
  await none.context.close()
  const publish = async (key: string, value: string) => {
    await api('administrator', `/settings/${key}`, 'PUT', { value, reason: '发布告知书' })
    const { items } = await api<{ items: Array<{ key: string; proposal: { id: string } | null }> }>('second administrator', '/settings')
    const proposal = items.find((one) => one.key === key)?.proposal
    if (proposal) await api('second administrator', `/setting-proposals/${proposal.id}/approval`, 'POST')
  }
  await publish('privacy.address', 'https://example.com/privacy/2026-07')
  await publish('privacy.version', '2026-07')

  const before = await phone()
  await before.page.goto('/m/')
  await before.page.getByRole('link', { name: '个人信息保护告知书' }).waitFor()
  await look(before.page, 'sign-in-notice')
  await before.context.close()

  const { page, context, faults } = await signedIn('member', '/')
  await page.getByRole('link', { name: '请阅读并同意个人信息保护告知书' }).click()
  await page.getByRole('link', { name: '阅读告知书' }).waitFor()
  await look(page, 'consents')
  await page.getByRole('button', { name: '已阅读并同意' }).click()
  await page.getByText('您已同意这个版本。').waitFor()
  await page.getByText(/今天\s.* 同意/).waitFor()
  await look(page, 'consents-agreed')
  const kept = await api<{ due: boolean; items: Array<{ version: string }> }>('member', '/me/consents')
  assert.deepEqual([kept.due, kept.items.map(({ version }) => version)], [false, ['2026-07']])
  // Neither asked again on this phone nor on another one.
  let asked = 0
  await page.route('**/api/v1/me/consents', (route) => (asked++, route.continue()))
  await openAnew(page, '/')
  await page.getByText('每日一学').waitFor()
  await page.waitForResponse('**/api/v1/config')
  const other = await signedIn('member', '/')
  await other.page.waitForResponse('**/api/v1/me/consents')
  await other.page.getByText('每日一学').waitFor()
  assert.equal(asked, 0)
  assert.equal(await other.page.getByText('请阅读并同意').count(), 0)
  await other.context.close()
  // Another version asks everybody anew.
  await publish('privacy.version', '2026-12')
  await page.reload()
  await page.getByRole('link', { name: '请阅读并同意个人信息保护告知书' }).waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
