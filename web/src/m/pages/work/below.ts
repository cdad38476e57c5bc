// Units below one, for choices.
import { listUnits, type UnitView } from 'xianfeng-client'

/** A unit and all that lies below it and is not closed, parents before children. */
export async function openUnits(top: string): Promise<UnitView[]> {
  const { items } = await listUnits()
  const below = new Map<string, UnitView[]>()
  for (const unit of items) if (unit.parent_id && !unit.closed_on) below.set(unit.parent_id, [...(below.get(unit.parent_id) ?? []), unit])
  const found: UnitView[] = []
  const visit = (unit: UnitView) => {
    found.push(unit)
    below.get(unit.id)?.forEach(visit)
  }
  const first = items.find(({ id }) => id === top)
  if (first) visit(first)
  return found
}
