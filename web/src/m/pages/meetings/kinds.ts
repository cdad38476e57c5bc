import type { MeetingKind, Role, RosterItem } from 'xianfeng-client'
import { day, moment } from '@/core/format'

export const KINDS: MeetingKind[] = ['group', 'branch_committee', 'branch', 'party_committee', 'theme_day', 'lecture', 'organisational_life']

/** Which meetings a unit holds: groups lie below a branch, party committees above all branches. */
export function kindsOf(unitKind: string): MeetingKind[] {
  if (unitKind === '党小组') return ['group', 'theme_day', 'lecture', 'organisational_life']
  if (unitKind === '党支部') return ['branch_committee', 'branch', 'theme_day', 'lecture', 'organisational_life']
  return ['party_committee', 'theme_day', 'lecture']
}

interface Timed {
  held_on: string
  begins_at?: string | null
  ends_at?: string | null
}

/** `今天 14:30 至 16:00`, as far as somebody has said so. */
export const when = ({ held_on, begins_at, ends_at }: Timed) => (begins_at ? `${moment(begins_at)}${ends_at ? ` 至 ${ends_at.slice(11, 16)}` : ''}` : day(held_on))

const SITS: Partial<Record<MeetingKind, Role[]>> = { branch_committee: ['secretary', 'branch_committee'], party_committee: ['secretary', 'committee_member'] }

/** Whether a meeting of that kind is held by a committee, and not by everybody of the unit. */
export const isCommittee = (kind: MeetingKind | '') => kind === 'branch_committee' || kind === 'party_committee'

/** Who is expected at a meeting: everybody who is there, of a committee its members; all where the reader sees no duties. */
export function expectedAt(kind: MeetingKind | '', unit: string, people: RosterItem[]): RosterItem[] {
  const there = people.filter(({ status }) => status !== 'left' && status !== 'away')
  const roles = kind ? SITS[kind] : undefined
  if (!roles) return there
  const committee = there.filter(({ duties }) => duties?.some((duty) => duty.unit_id === unit && roles.includes(duty.role)))
  return committee.length ? committee : there
}
