// A form as it is written: fields with texts that are typed, and what they come to.
import type { FormColumn, FormField, FormKind, FormLimits, ReportCycle } from 'xianfeng-client'
import { randomKey } from '@/core/id'
import { date } from '@/core/format'

/** What an answer may be, as it is typed; of each kind only some of it counts. */
export interface LimitsDraft {
  most: string
  decimals: string
  unit: string
  least: string
  greatest: string
  /** One option a line. */
  options: string
}

export interface ColumnDraft {
  /** Of this page alone: fields change their places, and keys may be wrong. */
  id: string
  key: string
  title: string
  kind: FormKind
  required: boolean
  limits: LimitsDraft
}

export interface FieldDraft extends ColumnDraft {
  help: string
  fact: string
  columns: ColumnDraft[]
}

export const KINDS: FormKind[] = ['text', 'number', 'choice', 'choices', 'date', 'yes_no', 'member', 'unit', 'file', 'photo', 'table']
/** What a table's cell may not be. */
export const CELLS = KINDS.filter((kind) => !['file', 'photo', 'table', 'choices'].includes(kind))

const noLimits = (): LimitsDraft => ({ most: '', decimals: '', unit: '', least: '', greatest: '', options: '' })
const id = () => randomKey().slice(0, 8)
/** A key that people need not think of: answers name the field by it from then on, so none that was there before comes again. */
const fresh = (begins: string) => `${begins}_${randomKey().toLowerCase().replace(/[^a-z0-9]/g, '').slice(0, 8)}`

export const newColumn = (): ColumnDraft => ({ id: id(), key: fresh('column'), title: '', kind: 'text', required: false, limits: noLimits() })
export const newField = (): FieldDraft => ({ ...newColumn(), key: fresh('field'), help: '', fact: '', columns: [] })

const typedLimits = (limits: FormLimits | undefined): LimitsDraft => ({
  most: limits?.most == null ? '' : String(limits.most),
  decimals: limits?.decimals == null ? '' : String(limits.decimals),
  unit: limits?.unit ?? '',
  least: limits?.least ?? '',
  greatest: limits?.greatest ?? '',
  options: (limits?.options ?? []).join('\n'),
})
const typedColumn = ({ key, title, kind, required, limits }: FormColumn): ColumnDraft => ({ id: id(), key, title, kind, required: required ?? false, limits: typedLimits(limits) })
export const typedFields = (fields: FormField[]): FieldDraft[] => fields.map((field) => ({ ...typedColumn(field), help: field.help ?? '', fact: field.fact ?? '', columns: (field.columns ?? []).map(typedColumn) }))

/** A whole number as it is sent; what is none is sent as one that the server refuses in its words. */
const whole = (text: string) => (text.trim() === '' ? null : /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : 0)
export const optionsOf = (text: string) => text.split('\n').map((line) => line.trim()).filter(Boolean)

/** Kinds of which there may be so many. */
export const counts = (kind: FormKind) => ['text', 'choices', 'file', 'photo', 'table'].includes(kind)
export const chooses = (kind: FormKind) => kind === 'choice' || kind === 'choices'

function limitsOf(kind: FormKind, { most, decimals, unit, least, greatest, options }: LimitsDraft): FormLimits {
  return {
    ...(counts(kind) && most.trim() ? { most: whole(most) } : {}),
    ...(kind === 'number' ? { decimals: whole(decimals), unit: unit.trim() || null, least: least.trim() || null, greatest: greatest.trim() || null } : {}),
    ...(chooses(kind) ? { options: optionsOf(options) } : {}),
  }
}
const columnOf = ({ key, title, kind, required, limits }: ColumnDraft): FormColumn => ({ key: key.trim(), title: title.trim(), kind, required, limits: limitsOf(kind, limits) })
export const fieldsOf = (fields: FieldDraft[]): FormField[] =>
  fields.map((field) => ({
    ...columnOf(field),
    // What the program fills in is asked of nobody.
    required: field.required && !field.fact,
    help: field.help.trim() || null,
    fact: field.kind === 'number' ? field.fact || null : null,
    columns: field.kind === 'table' ? field.columns.map(columnOf) : [],
  }))

/** What became of fields from one version to the next, in words. */
export function changes(before: FormField[], now: FormField[]): string[] {
  const named = (fields: FormField[]) => fields.map(({ title }) => `“${title}”`).join('、')
  const added = now.filter(({ key }) => !before.some((one) => one.key === key))
  const gone = before.filter(({ key }) => !now.some((one) => one.key === key))
  const other = now.filter((field) => before.some((one) => one.key === field.key && JSON.stringify(one) !== JSON.stringify(field)))
  const kept = (fields: FormField[], of: FormField[]) => fields.filter(({ key }) => of.some((one) => one.key === key)).map(({ key }) => key).join()
  return [
    added.length ? `增加${named(added)}` : '',
    gone.length ? `去掉${named(gone)}` : '',
    other.length ? `修改${named(other)}` : '',
    kept(before, now) !== kept(now, before) ? '调整了次序' : '',
  ].filter(Boolean)
}

export const CYCLES: ReportCycle[] = ['week', 'month', 'quarter', 'half_year', 'year', 'once']
const WEEKDAYS = '一二三四五六日'

/** When a report opens and is due, in a sentence with the days of the period that runs. */
export function windowOf(cycle: ReportCycle, opens: number, after: number, today: string): string {
  const moved = '；遇休息日顺延到下一个工作日。'
  if (cycle === 'week') return `每周星期${WEEKDAYS[opens - 1] ?? '一'}开始填报，${after ? `周末以后 ${after} 天内` : '星期日当天'}报送${moved}`
  const last = lastDay(cycle, today)
  const opened = `${last.slice(0, 8)}${String(Math.min(Math.max(opens, 1), Number(last.slice(8)))).padStart(2, '0')}`
  const due = new Date(Date.parse(last) + after * 86_400_000).toISOString().slice(0, 10)
  return `本期：${date(opened)}开始填报，${date(due)}前报送${moved}`
}

function lastDay(cycle: ReportCycle, today: string): string {
  const [year, month] = today.split('-').map(Number) as [number, number]
  const end = cycle === 'month' ? month : cycle === 'quarter' ? Math.ceil(month / 3) * 3 : cycle === 'half_year' ? (month <= 6 ? 6 : 12) : 12
  return new Date(Date.UTC(year, end, 0)).toISOString().slice(0, 10)
}
