// Lists of tasks as those who set them work on them: whose they are, what lies below, and what an item says.
import { listTaskItems, listUnits, type TaskItemBody, type TaskItemView, type TaskListView } from 'xianfeng-client'
import { hundredths } from '@/core/format'
import { me } from '@/core/today'
import { read } from '../appraisal/points'
import type { Person } from '../work/FindPerson.vue'
import { knowReader } from '../work/unit'

/** Duties by which tasks are set; the answers of a list do not say whether its reader may. */
const ISSUERS = ['secretary', 'branch_committee', 'organiser', 'committee_member']

/** Whether the reader sets tasks for a unit: by a duty on it, or above it. */
export async function mayIssue(unit: string): Promise<boolean> {
  await knowReader()
  const held = new Set((me.value?.duties ?? []).filter(({ role }) => ISSUERS.includes(role)).map(({ unit_id }) => unit_id))
  if (!held.size) return false
  if (held.has(unit)) return true
  const { items } = await listUnits()
  const parents = new Map(items.map(({ id, parent_id }) => [id, parent_id]))
  for (let at: string | null | undefined = unit; at; at = parents.get(at)) if (held.has(at)) return true
  return false
}

/** Everything that a list asks: 500 items at most. */
export async function itemsOf(id: string): Promise<TaskItemView[]> {
  const found: TaskItemView[] = []
  let cursor: string | undefined
  do {
    const page = await listTaskItems({ path: { id }, query: { limit: 100, cursor } })
    found.push(...page.items)
    cursor = page.next_cursor ?? undefined
  } while (cursor)
  return found
}

/** How many tasks were made of a list, by state. */
export const countOf = (list: TaskListView, ...states: string[]) => list.states.filter(({ state }) => !states.length || states.includes(state)).reduce((sum, { count }) => sum + count, 0)

export interface Node {
  title: string
  due_on: string
}

/** An item as it is written. */
export interface Typed {
  number: string
  title: string
  standard: string
  due: string
  axis: 'party' | 'production'
  focus: boolean
  lead: string
  assisting: string[]
  leader: Person | null
  weight: string
  evidence: string
  document: string
  tags: string
  nodes: Node[]
}

export const blank = (): Typed => ({ number: '', title: '', standard: '', due: '', axis: 'party', focus: false, lead: '', assisting: [], leader: null, weight: '1', evidence: '', document: '', tags: '', nodes: [] })

export const typed = (item: TaskItemView): Typed => ({
  number: String(item.number),
  title: item.title,
  standard: item.standard,
  due: item.due_on,
  axis: item.axis,
  focus: item.focus,
  lead: item.lead_unit_id ?? '',
  assisting: [...item.assisting_unit_ids],
  leader: item.leader_id ? { id: item.leader_id, name: item.leader_name ?? '' } : null,
  weight: hundredths(item.weight),
  evidence: item.evidence ?? '',
  document: item.source_document ?? '',
  tags: item.tags.join('、'),
  nodes: item.nodes.map(({ title, due_on }) => ({ title, due_on })),
})

export const numberOf = (text: string) => (/^[1-9]\d{0,3}$/.test(text.trim()) ? Number(text.trim()) : undefined)
export const weightOf = (text: string) => {
  const found = read(text)
  return found !== undefined && found <= 10_000 ? found : undefined
}
export const tagsOf = (text: string) => text.split(/[、，,；;\s]+/).filter(Boolean)

/** An item as it is sent. */
export const bodyOf = (item: Typed): TaskItemBody => ({
  title: item.title,
  standard: item.standard,
  due_on: item.due,
  axis: item.axis,
  focus: item.focus,
  lead_unit_id: item.lead || null,
  assisting_unit_ids: item.assisting,
  leader_id: item.leader?.id ?? null,
  weight: weightOf(item.weight) ?? null,
  evidence: item.evidence.trim() || null,
  source_document: item.document.trim() || null,
  tags: tagsOf(item.tags),
  nodes: item.nodes.filter(({ title, due_on }) => title.trim() || due_on),
})
