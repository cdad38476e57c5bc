// Whose work it is: the units on which the member holds a duty, and the one that is looked at now.
import { computed, ref } from 'vue'
import { listUnitMembers, type Capability, type RosterItem } from 'xianfeng-client'
import { me, today } from '@/core/today'

export const can = (capability: Capability) => me.value?.capabilities.includes(capability) ?? false

/** Waits until the page knows its reader: opened by a link, it does so a moment later. */
export async function knowReader(): Promise<void> {
  if (!today.data) await today.again()
}

export interface Post {
  id: string
  name: string
  title: string
}

/** One line a unit, however many duties are held on it. */
export const posts = computed<Post[]>(() => {
  const found = new Map<string, Post>()
  for (const duty of me.value?.duties ?? []) {
    const there = found.get(duty.unit_id)
    if (there) there.title += `、${duty.title}`
    else found.set(duty.unit_id, { id: duty.unit_id, name: duty.unit_name, title: duty.title })
  }
  return [...found.values()]
})

/** What somebody with several duties chose, for all pages of the tab. */
export const chosen = ref('')
export const post = computed(() => posts.value.find(({ id }) => id === chosen.value) ?? posts.value[0] ?? null)

const HUNDRED = 100
/** A branch has at most some fifty members; above branches a page shows no more than this of a roster. */
const PAGES = 5

/** The roster of a unit and of everything below it, as far as one page can show it. */
export async function rosterOf(unit: string): Promise<{ members: RosterItem[]; whole: boolean }> {
  const members: RosterItem[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const answer = await listUnitMembers({ path: { id: unit }, query: { limit: HUNDRED, cursor } })
    members.push(...answer.items)
    cursor = answer.next_cursor ?? undefined
    if (!cursor) return { members, whole: true }
  }
  return { members, whole: false }
}

/** `37.50%` of 3750 basis points, without zeros that say nothing. */
export const percent = (bp: number | null | undefined) => (bp == null ? '—' : `${(bp / 100).toFixed(2).replace(/\.?0+$/, '')}%`)

export const yuan = (fen: number) => `${(fen / 100).toLocaleString('zh-CN', { minimumFractionDigits: fen % 100 ? 2 : 0, maximumFractionDigits: 2 })}\u00a0元`

/** Yuan as people write them, in fen; nothing where that is no sum of money. */
export function fen(text: string): number | null {
  const found = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text.trim().replaceAll(',', ''))
  return found ? Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0')) : null
}

/** A unit's name without that of the unit one works on, which every line of a page would repeat. */
export function within(name: string | undefined): string {
  const above = post.value?.name ?? ''
  return name && name !== above && name.startsWith(above) ? name.slice(above.length) : (name ?? '')
}
