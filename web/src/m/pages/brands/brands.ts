import { getUnit, listBrands, type BrandEvidenceKind, type BrandView } from 'xianfeng-client'
import { can, knowReader, posts } from '../work/unit'

export const KINDS: BrandEvidenceKind[] = ['measure', 'experience', 'data']

/** An enterprise has some dozens; a page shows no more than this of them. */
const PAGES = 5

/** The brands of the enterprise, as far as one choice can show them. */
export async function allBrands(): Promise<BrandView[]> {
  const all: BrandView[] = []
  let cursor: string | undefined
  for (let page = 0; page < PAGES; page++) {
    const answer = await listBrands({ query: { limit: 100, cursor } })
    all.push(...answer.items)
    cursor = answer.next_cursor ?? undefined
    if (!cursor) break
  }
  return all
}

/** Whether the reader writes down the brand of that unit: by a duty on it, or on one above it. */
export async function mayKeep(unit: string): Promise<boolean> {
  await knowReader()
  if (!can('keep_brands')) return false
  const own = new Set(posts.value.map(({ id }) => id))
  if (own.has(unit)) return true
  return (await getUnit({ path: { id: unit } })).ancestors.some(({ id }) => own.has(id))
}
