import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { api, look, signedIn } from './world.ts'

/** A photograph as large as phones take them. */
async function photograph(page: Page, width = 4000, height = 3000) {
  const url = await page.evaluate(
    ([w, h]) => {
      const canvas = document.createElement('canvas')
      canvas.width = w!
      canvas.height = h!
      const paint = canvas.getContext('2d')!
      for (let at = 0; at < 40; at++) {
        paint.fillStyle = `hsl(${at * 9} 60% 50%)`
        paint.fillRect((at % 8) * (w! / 8), Math.floor(at / 8) * (h! / 5), w! / 8, h! / 5)
      }
      return canvas.toDataURL('image/jpeg', 0.9)
    },
    [width, height],
  )
  return Buffer.from(url.split(',')[1]!, 'base64')
}

test('an idea with a photograph is written, resumed, handed in, read, liked and answered by somebody else', async () => {
  const member = await signedIn('member', '/ideas')
  const { page } = member
  await page.getByRole('heading', { name: '金点子', level: 1 }).waitFor()
  await page.getByText('采场溜井口加装防坠格栅与声光报警').waitFor()
  await look(page, 'ideas')
  await page.getByLabel('搜索').fill('没有人写过的词')
  await page.getByText('没有符合的点子。').waitFor()
  await look(page, 'ideas-none')
  await page.getByRole('link', { name: '提点子' }).click()

  await page.getByLabel('标题').fill('溜井口加装防坠格栅')
  await page.getByText('相似的点子').waitFor()
  await look(page, 'idea-similar')
  await page.getByLabel('标题').fill('二号皮带廊加装冲洗水回收槽')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('不能为空').first().waitFor()
  assert.equal(await page.getByText('不能为空').count(), 3)
  await look(page, 'idea-refused')
  await page.getByRole('radio', { name: '项目' }).check()
  await page.getByLabel('问题').fill('冲洗皮带廊的水直接流进排水沟，沟里常年淤积，冬天结冰。')
  await page.getByLabel('建议').fill('沿皮带廊加一条回收槽，把水引到沉淀池，清水再用来冲洗。')

  // Taken as HEIC: said what to do. Then a photograph of 4,000 × 3,000.
  const input = page.locator('input[type=file]')
  await input.setInputFiles({ name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1') })
  await page.getByText('这张照片是 HEIC 格式').waitFor()
  await input.setInputFiles({ name: '皮带廊.jpg', mimeType: 'image/jpeg', buffer: await photograph(page) })
  await page.getByRole('img', { name: /第 1 张/ }).waitFor()
  await page.getByText('共同提出人').click()
  await page.getByRole('checkbox').first().waitFor()
  await look(page, 'idea-writing')

  // The phone is put aside and the page killed: everything is there again, the photograph too.
  await page.getByLabel('预期效果').fill('每班少清一次沟。')
  await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
  await page.reload()
  await page.getByText('已恢复上次没有写完的内容').waitFor()
  assert.equal(await page.getByLabel('预期效果').inputValue(), '每班少清一次沟。')
  await page.getByRole('img', { name: /第 1 张/ }).waitFor()
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('已提交。每走一步，您都会收到通知。').waitFor()
  await page.getByRole('img', { name: '照片 1' }).waitFor()
  await look(page, 'idea')
  const id = page.url().match(/ideas\/([0-9a-f-]+)/)![1]!
  const idea = await api<{ attachments: Array<{ size: number; url: string }>; state: string }>('secretary', `/ideas/${id}`)
  assert.equal(idea.state, 'submitted')
  assert.equal(idea.attachments.length, 1)

  const secretary = await signedIn('secretary', `/ideas/${id}`)
  const there = secretary.page
  await there.getByText('冲洗皮带廊的水').waitFor()
  // The photograph arrives at 2,560 pixels.
  assert.equal(
    await there.evaluate(async (url) => {
      const picture = new Image()
      picture.src = url
      await picture.decode()
      return picture.naturalWidth
    }, idea.attachments[0]!.url),
    2560,
  )
  await there.getByRole('button', { name: '赞' }).click()
  await there.getByRole('button', { name: '已赞' }).waitFor()
  await there.getByLabel('说一说').fill('先在二号皮带廊试一个月，看看水够不够清。')
  await there.getByRole('button', { name: '发表' }).click()
  await there.getByText('先在二号皮带廊试一个月').waitFor()
  await look(there, 'idea-secretary')

  await page.reload()
  await page.getByText('先在二号皮带廊试一个月').waitFor()
  await page.getByText('1 人赞').waitFor()
  await page.getByRole('button', { name: /^回复/ }).click()
  await page.getByLabel('说一说').fill('好的，下周装。')
  await page.getByRole('button', { name: '发表' }).click()
  await page.getByText('好的，下周装。').waitFor()
  await look(page, 'idea-talk')
  await page.getByRole('button', { name: '删除' }).last().click()
  await page.getByText('确定删除这条评论吗').waitFor()
  await page.getByRole('button', { name: '删除', exact: true }).click()
  await page.getByText('好的，下周装。').waitFor({ state: 'detached' })

  await page.getByRole('button', { name: '撤回' }).click()
  await page.getByRole('button', { name: '撤回', exact: true }).click()
  await page.getByText('已撤回。').waitFor()
  assert.equal((await api<{ state: string }>('member', `/ideas/${id}`)).state, 'withdrawn')
  assert.deepEqual([...member.faults, ...secretary.faults], [])
  await member.context.close()
  await secretary.context.close()
})

test('a draft on the server is changed and handed in', async () => {
  const { page, context, faults } = await signedIn('member', '/ideas')
  await page.getByRole('link', { name: /井下卡车空驶里程统计/ }).click()
  await page.getByRole('button', { name: '修改' }).click()
  await page.getByRole('heading', { name: '修改金点子' }).waitFor()
  await page.getByLabel('预期效果').fill('少跑空车。')
  await look(page, 'idea-editing')
  await page.getByRole('button', { name: '提交' }).click()
  await page.getByText('已提交。').waitFor()
  await page.getByText('少跑空车。').waitFor()
  assert.deepEqual(faults, [])
  await context.close()
})
