// Units below one, for choices: with their depth shown by their place in the list.
import { listUnits } from 'xianfeng-client'

export interface UnitOption {
  id: string
  name: string
  kind: string
}

/** A unit with everything below it, parents before children. */
export async function unitsBelow(top: string): Promise<UnitOption[]> {
  const { items } = await listUnits()
  const found: UnitOption[] = []
  const visit = (id: string) => {
    const unit = items.find((one) => one.id === id)
    if (!unit) return
    found.push({ id, name: unit.name, kind: unit.kind })
    for (const child of items) if (child.parent_id === id) visit(child.id)
  }
  visit(top)
  return found
}
