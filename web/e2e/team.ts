// Other people of the demo's branch, for what takes more than one: whoever has no password yet gets one by an invite code.
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { api, patiently, world } from './world.ts'

interface Row {
  id: string
  employee_no: string
  name: string
  unit_id: string
  duties: Array<{ role: string; unit_id: string }>
}

/** Who holds a duty on a unit, or on one below it, ready to sign in under the name `called`. */
export async function joins(called: string, unit: string, role: string): Promise<Row> {
  const { items } = await api<{ items: Row[] }>('administrator', `/units/${unit}/members?limit=100`)
  const row = items.find(({ duties }) => duties.some((duty) => duty.role === role))
  assert(row, `nobody is ${role} of ${unit}`)
  await enters(called, row)
  return row
}

/** Gives somebody a password, as a person who got a code would. */
export async function enters(called: string, { id, employee_no }: { id: string; employee_no: string }) {
  const { address, people } = await world()
  // Whoever the guide names has a password already, and a code would be a reset.
  const known = Object.values(people).find(({ number }) => number === employee_no)
  if (known) {
    people[called] = known
    return
  }
  const sheet = await api<{ items: Array<{ invite_code: string }> }>('administrator', '/invitations', 'POST', { member_id: id, replace: true })
  const password = 'shujiyong-2026-mima'
  const answer = await patiently(() =>
    fetch(`${address}/api/v1/session/invitation`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ employee_no, invite_code: sheet.items[0]!.invite_code, new_password: password }),
    }),
  )
  assert(answer.ok, await answer.text())
  people[called] = { number: employee_no, password }
}

/** The unit on which somebody of the guide holds a duty. */
export async function unitOf(who: string): Promise<{ id: string; name: string }> {
  const { duties } = await api<{ duties: Array<{ unit_id: string; unit_name: string }> }>(who, '/me')
  return { id: duties[0]!.unit_id, name: duties[0]!.unit_name }
}

/** Puts the page aside, and waits until the phone has kept what was written: a reading waits for every writing before it. */
export async function putAside(page: Page) {
  await page.evaluate(() => window.dispatchEvent(new Event('pagehide')))
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const opening = indexedDB.open('xianfeng')
        opening.onsuccess = () => {
          const reading = opening.result.transaction('drafts')
          reading.oncomplete = () => {
            opening.result.close()
            resolve()
          }
          reading.objectStore('drafts').count()
        }
      }),
  )
}
