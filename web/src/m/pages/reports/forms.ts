// Answers to the fields of a form, as pages hold them and as the server keeps them.
import type { FormColumn, FormField, ReportLight } from 'xianfeng-client'

/** What a field or a cell holds while it is typed: text, chosen words, files, or rows. */
export type Typed = string | string[] | Row[]
export type Row = Record<string, string>
export type Answers = Record<string, unknown>

const lists = (field: FormField) => ['choices', 'file', 'photo'].includes(field.kind)

const cell = (value: unknown) => (value === true ? 'yes' : value === false ? 'no' : typeof value === 'string' ? value : '')

/** The answers as the page holds them: every field has a place, also one that was not answered. */
export function typed(fields: FormField[], answers: Answers): Record<string, Typed> {
  const of = (field: FormField): Typed => {
    const value = answers[field.key]
    if (field.kind === 'table') {
      const rows = Array.isArray(value) ? (value as Answers[]) : []
      return rows.map((row) => Object.fromEntries((field.columns ?? []).map(({ key }) => [key, cell(row[key])])))
    }
    if (lists(field)) return Array.isArray(value) ? [...(value as string[])] : []
    return cell(value)
  }
  return Object.fromEntries(fields.filter(({ fact }) => !fact).map((field) => [field.key, of(field)]))
}

const sent = ({ kind }: FormField | FormColumn, text: string): unknown => (kind === 'yes_no' ? text === 'yes' : text)

/** The answers as they are sent, without what is empty. */
export function answersOf(fields: FormField[], values: Record<string, Typed>): Answers {
  const answers: Answers = {}
  for (const field of fields) {
    const value = values[field.key]
    if (value === undefined || field.fact) continue
    if (field.kind === 'table') {
      const rows = (value as Row[]).map((row) => Object.fromEntries((field.columns ?? []).filter(({ key }) => row[key]).map((column) => [column.key, sent(column, row[column.key] ?? '')])))
      const kept = rows.filter((row) => Object.keys(row).length)
      if (kept.length) answers[field.key] = kept
    } else if (Array.isArray(value)) {
      if (value.length) answers[field.key] = value
    } else if (value) answers[field.key] = sent(field, value)
  }
  return answers
}

/** An empty row of a table. */
export const emptyRow = (field: FormField): Row => Object.fromEntries((field.columns ?? []).map(({ key }) => [key, '']))

/** A field's name with its unit of measure. */
export const named = ({ title, limits }: FormField | FormColumn) => (limits?.unit ? `${title}（${limits.unit}）` : title)

/** Red is for what is late, grey for what is over. */
export const toneOf = (light: ReportLight) => (light === 'red' ? 'late' : light === 'green' ? 'over' : light === 'grey' ? 'plain' : 'now')
