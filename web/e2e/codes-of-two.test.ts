// 动态口令: enrolled, asked for at the next sign-in, and once more before the act of a second person.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { api, look, signedIn } from './world.ts'

/** What an authenticator shows, so many steps from now (RFC 6238). */
function shows(secret: string, steps = 0): string {
  const bits = [...secret].map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps))
  const mac = createHmac('sha1', key).update(counter).digest()
  const at = mac[19]! & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const SECOND = 'second administrator'

/** The first administrator proposes for how long a code is good. */
async function proposeMinutes(value: number): Promise<string> {
  const { id } = await api<{ id: string }>('administrator', '/settings/accounts.second_factor_minutes', 'PUT', { value, reason: '党委会议定' })
  return id
}

test('who enrolled a factor gives a code at the next sign-in and again before confirming what another one proposed', async () => {
  const first = await signedIn(SECOND, '/me/second-factor')
  await first.page.getByRole('button', { name: '启用动态口令' }).click()
  const secret = (await first.page.locator('code.key').textContent())!.trim()
  await first.page.getByRole('img', { name: '动态口令的二维码' }).waitFor()
  await look(first.page, 'second-factor-enrolling')
  await first.page.getByRole('textbox', { name: '动态口令' }).fill('000000')
  await first.page.getByRole('button', { name: '启用', exact: true }).click()
  await first.page.getByText('动态口令不正确').waitFor()
  await first.page.getByRole('textbox', { name: '动态口令' }).fill(shows(secret, -1))
  await first.page.getByRole('button', { name: '启用', exact: true }).click()
  await first.page.getByText('动态口令已启用。').waitFor()
  const recovery = await first.page.getByRole('list', { name: '恢复码' }).getByRole('listitem').allTextContents()
  assert.equal(recovery.length, 10)
  await look(first.page, 'second-factor-recovery-codes')
  await first.context.close()

  // Signed in anew: the sheet asks before anything of the duty is there; the page goes on where it stood.
  const once = await proposeMinutes(1)
  const { page, context, faults } = await signedIn(SECOND, '/work')
  const sheet = page.getByRole('heading', { name: '请输入动态口令' })
  await sheet.waitFor()
  await look(page, 'second-factor-asked')
  await page.getByRole('textbox', { name: '动态口令' }).fill(shows(secret))
  await page.getByRole('button', { name: '继续' }).click()
  await sheet.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /停用动态口令/ }).waitFor()
  const given = Date.now()

  // Just given: the act of a second person goes through.
  const agree = async (id: string) => {
    await page.goto(`${page.url().split('#')[0]}#/setting-proposals/${id}`)
    await page.getByRole('button', { name: '同意', exact: true }).click()
    await page.getByRole('button', { name: '同意', exact: true }).click()
  }
  await agree(once)
  await page.getByText('已确认').first().waitFor()

  // A minute is the shortest that the setting allows; the server's clock is nobody's to turn.
  const twice = await proposeMinutes(2)
  await page.waitForTimeout(Math.max(0, given + 62_000 - Date.now()))
  await agree(twice)
  const again = page.getByRole('heading', { name: '请再输入一次动态口令' })
  await again.waitFor()
  await look(page, 'second-factor-asked-again')
  await page.getByRole('textbox', { name: '动态口令' }).fill(recovery[0]!.trim())
  await page.getByRole('button', { name: '继续' }).click()
  await again.waitFor({ state: 'detached' })
  await page.getByText('已确认').first().waitFor()
  assert.equal((await api<{ value: number }>('administrator', '/settings/accounts.second_factor_minutes')).value, 2)

  await page.goto(`${page.url().split('#')[0]}#/second-factor-resets`)
  await page.getByText('没有停用动态口令的提议。').waitFor()
  await look(page, 'second-factor-resets')
  assert.deepEqual([...first.faults, ...faults], [])
  await context.close()
})
