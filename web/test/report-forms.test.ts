import { describe, expect, test } from 'vitest'
import type { FormField } from 'xianfeng-client'
import { changes, fieldsOf, newField, typedFields, windowOf } from '@/m/pages/reports/editing'

const field = (key: string, title: string, more: Partial<FormField> = {}): FormField => ({ key, title, kind: 'text', ...more })

describe('a form that is written', () => {
  test('comes to what it was read from', () => {
    const form: FormField[] = [
      field('done', '整改情况', { required: true, help: '写明结果', limits: { most: 200 } }),
      field('count', '隐患数', { kind: 'number', limits: { unit: '项', decimals: 1, least: '0', greatest: '99.5' } }),
      field('kind', '类别', { kind: 'choices', limits: { options: ['甲', '乙'], most: 1 } }),
      field('left', '遗留', { kind: 'table', limits: { most: 5 }, columns: [{ key: 'matter', title: '事项', kind: 'text', required: true }] }),
    ]
    const [done, count, kind, left] = fieldsOf(typedFields(form))
    expect(done).toMatchObject({ key: 'done', required: true, help: '写明结果', limits: { most: 200 }, columns: [] })
    expect(count!.limits).toEqual({ unit: '项', decimals: 1, least: '0', greatest: '99.5' })
    expect(kind!.limits).toEqual({ options: ['甲', '乙'], most: 1 })
    expect(left!.columns).toMatchObject([{ key: 'matter', required: true }])
  })

  test('sends of each kind only what counts for it', () => {
    const [one] = typedFields([field('a', '甲', { kind: 'number', limits: { unit: '项' } })])
    one!.kind = 'text'
    one!.limits.options = '甲\n乙'
    expect(fieldsOf([one!])[0]!.limits).toEqual({})
    // what the program fills in is asked of nobody
    one!.kind = 'number'
    one!.fact = 'ideas.submitted'
    one!.required = true
    expect(fieldsOf([one!])[0]).toMatchObject({ required: false, fact: 'ideas.submitted' })
    // a number that is none is the server's to refuse
    one!.kind = 'text'
    one!.fact = ''
    one!.limits.most = '很多'
    expect(fieldsOf([one!])[0]!.limits).toEqual({ most: 0 })
  })

  test('gives no new field a key that was there before', () => {
    const keys = Array.from({ length: 50 }, () => newField().key)
    expect(new Set(keys).size).toBe(50)
    for (const key of keys) expect(key).toMatch(/^[a-z0-9_]{1,40}$/)
  })
})

test('what became of fields is told by their keys', () => {
  const [a, b, c] = [field('a', '甲'), field('b', '乙'), field('c', '丙')]
  expect(changes([a, b], [a, b])).toEqual([])
  expect(changes([a, b], [b, a])).toEqual(['调整了次序'])
  expect(changes([a, b], [a, c])).toEqual(['增加“丙”', '去掉“乙”'])
  expect(changes([a, b], [a, field('b', '乙（万元）')])).toEqual(['修改“乙（万元）”'])
})

test('the window of a report is told with the days of the period that runs', () => {
  expect(windowOf('month', 25, 5, '2026-02-10')).toContain('2月25日开始填报，3月5日前')
  // a month that has not so many days opens on its last one
  expect(windowOf('month', 31, 0, '2026-02-10')).toContain('2月28日开始填报，2月28日前')
  expect(windowOf('quarter', 20, 10, '2026-11-27')).toContain('12月20日开始填报，1月10日前')
  expect(windowOf('half_year', 1, 5, '2026-06-30')).toContain('6月1日开始填报，7月5日前')
  expect(windowOf('year', 1, 31, '2026-01-01')).toContain('12月1日开始填报，1月31日前')
  expect(windowOf('week', 5, 2, '2026-11-27')).toContain('每周星期五开始填报，周末以后 2 天内')
})
