import assert from 'node:assert/strict'
import { test } from 'node:test'
import { came, mark, photograph } from './paint.ts'
import { putAside, unitOf } from './team.ts'
import { answerWith, api, look, openAnew, signedIn } from './world.ts'

interface Brand {
  id: string
  name: string
  unit_id: string
  keywords: string[]
  measures: string
  parent: { id: string } | null
  picture: object | null
  evidence: Array<{ kind: string }>
}
const LONG = '名称很长的党建品牌：从井下运输到地面检修全覆盖的先锋工程示范点'

test('a brand is written down, shown with proofs, keywords and mark, changed by another, and read by everybody', async () => {
  const branch = await unitOf('secretary')
  const { page, context, faults } = await signedIn('secretary', '/work/entries')
  await page.getByText('还没有登记品牌。').waitFor()
  await page.getByRole('link', { name: '登记本组织的品牌' }).click()
  await page.getByLabel('品牌名称').waitFor()
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('.field.wrong').first().waitFor()
  await look(page, 'brand-refused')
  await page.getByLabel('品牌名称').fill('井巷先锋')
  await page.getByLabel('品牌内涵').fill('以班组为阵地，把安全确认做在作业之前。')
  await page.getByLabel('关键词').fill('安全、班组，安全')
  await page.getByRole('button', { name: '保存' }).click()
  await page.locator('.field.wrong').getByText(/关键词最多 10 个/).waitFor()
  await page.getByLabel('关键词').fill('安全、班组，标准化')
  await page.getByLabel('措施').fill('班前讲风险，班中查隐患，班后有记录。')
  await page.getByLabel('数据').fill('隐患当班整改率 98%。')
  // The page is killed before it is saved: what was written is there again.
  await putAside(page)
  await page.reload()
  await page.getByText('已恢复上次没有写完的内容').waitFor()
  assert.equal(await page.getByLabel('品牌名称').inputValue(), '井巷先锋')
  await look(page, 'brand-writing')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('heading', { name: '井巷先锋' }).waitFor()
  await page.getByText('标准化', { exact: true }).waitFor()
  const id = page.url().match(/brands\/([0-9a-f-]+)/)![1]!

  // What shows it, of three kinds, and its mark.
  await page.getByRole('radio', { name: '数据' }).check()
  await page.getByLabel('照片：拍照或选择照片').first().setInputFiles({ name: '看板.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) })
  await page.getByRole('button', { name: '添加 1 张' }).click()
  await page.getByRole('img', { name: '数据 1' }).waitFor()
  await page.getByText('设置标识').click()
  await page.getByLabel('标识图片：拍照或选择照片').setInputFiles({ name: '标识.png', mimeType: 'image/png', buffer: await mark(page) })
  await page.getByRole('button', { name: '设为标识' }).click()
  await page.getByRole('img', { name: '井巷先锋的标识' }).waitFor()
  await came(page, '.mark-whole img')
  await look(page, 'brand-kept')

  // A member reads all of it, and can change nothing.
  const reader = await signedIn('member', '/brands')
  await reader.page.getByRole('link', { name: /井巷先锋.*安全、班组、标准化/ }).waitFor()
  await came(reader.page, 'img.thumb')
  await look(reader.page, 'brands')
  await reader.page.getByRole('link', { name: /井巷先锋/ }).click()
  await reader.page.getByText('班前讲风险').waitFor()
  await reader.page.getByRole('img', { name: '数据 1' }).waitFor()
  assert.equal(await reader.page.getByRole('link', { name: '修改介绍' }).count() + (await reader.page.getByRole('button', { name: /添加/ }).count()), 0)
  await look(reader.page, 'brand')
  assert.deepEqual(reader.faults, [])

  // The organiser puts it below an umbrella brand; the secretary, who saw it before, is asked whose words hold.
  await page.getByRole('link', { name: '修改介绍' }).click()
  await page.getByLabel('品牌名称').waitFor()
  const organiser = await signedIn('organiser', '/brands/new')
  await organiser.page.getByLabel('哪个组织的品牌').locator('option').nth(2).waitFor({ state: 'attached' })
  const root = (await unitOf('organiser')).id
  await organiser.page.getByLabel('哪个组织的品牌').selectOption(root)
  await organiser.page.getByLabel('品牌名称').fill('先锋工程')
  await organiser.page.getByRole('button', { name: '保存' }).click()
  await organiser.page.getByRole('heading', { name: '先锋工程' }).waitFor()
  const umbrella = organiser.page.url().match(/brands\/([0-9a-f-]+)/)![1]!
  await organiser.page.goto(`/m/#/brands/${id}/edit`)
  await organiser.page.getByLabel('所属母品牌').selectOption(umbrella)
  await organiser.page.getByRole('button', { name: '保存' }).click()
  await organiser.page.getByRole('heading', { name: '所属母品牌' }).waitFor()
  await organiser.page.getByRole('link', { name: '先锋工程' }).click()
  await organiser.page.getByRole('heading', { name: '下属品牌' }).waitFor()
  await organiser.page.getByRole('link', { name: '井巷先锋' }).waitFor()
  await look(organiser.page, 'brand-umbrella')
  await page.getByLabel('经验').fill('把标准写进交接班本。')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByRole('alert').getByText(/修改过这里的内容/).waitFor()
  await look(page, 'brand-outdated')
  await page.getByRole('button', { name: '看最新的内容' }).click()
  await page.waitForFunction(() => [...document.querySelectorAll('select')].some(({ id, value }) => id === 'brand-parent' && value))
  await page.getByLabel('经验').fill('把标准写进交接班本。')
  await page.getByRole('button', { name: '保存' }).click()
  await page.getByText('把标准写进交接班本。').waitFor()
  await page.getByRole('heading', { name: '所属母品牌' }).waitFor()
  const now = await api<Brand>('member', `/brands/${id}`)
  assert.equal(now.unit_id, branch.id)
  assert.deepEqual([now.keywords, now.parent?.id, now.evidence.map(({ kind }) => kind), !!now.picture], [['安全', '班组', '标准化'], umbrella, ['data'], true])

  // Proof and mark are taken off again.
  await page.getByRole('button', { name: '移除照片' }).click()
  await page.getByRole('button', { name: '移除第 1 张' }).click()
  await page.getByRole('button', { name: '移除', exact: true }).click()
  await page.getByRole('img', { name: '数据 1' }).waitFor({ state: 'detached' })
  await page.getByText('更换标识').click()
  await page.getByRole('button', { name: '去掉标识' }).click()
  await page.getByRole('button', { name: '去掉标识' }).click()
  await page.getByRole('img', { name: '井巷先锋的标识' }).waitFor({ state: 'detached' })
  assert.equal((await api<Brand>('member', `/brands/${id}`)).picture, null)
  assert.deepEqual([...faults, ...organiser.faults], [])
  await organiser.context.close()

  // Long names, no brands at all, and a server that does not answer.
  const brands = '**/api/v1/brands?*'
  await answerWith(reader.page, brands, (body) => body.replaceAll('井巷先锋', LONG).replaceAll('铜芯向党', LONG))
  await openAnew(reader.page, '/brands')
  await reader.page.getByText(LONG).first().waitFor()
  await look(reader.page, 'brands-long')
  await reader.page.unroute(brands)
  await reader.page.route(brands, (route) => route.fulfill({ json: { items: [], next_cursor: null } }))
  await reader.page.reload()
  await reader.page.getByText('还没有登记品牌。').waitFor()
  await look(reader.page, 'brands-none')
  await reader.page.unroute(brands)
  await reader.page.route(brands, (route) => route.abort())
  await reader.page.reload()
  await reader.page.getByRole('button', { name: '重试' }).waitFor()
  await reader.context.close()
  await context.close()
})
