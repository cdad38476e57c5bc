// One tab at a time. Web Locks where there are any; they need a secure context, so a plain address in a plant's network
// has none, and localStorage with a moment's patience stands in. That stand-in may fail when two tabs write in the same
// moment, which whoever uses it must survive (the server gives the same next token for the same one; the outbox sends
// the same key).
import { randomKey } from './id'

const me = randomKey()
const HELD_MS = 15_000

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export async function alone<T>(name: string, action: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(`xianfeng.${name}`, action) as Promise<T>
  const key = `xianfeng.lock.${name}`
  const giveUp = Date.now() + HELD_MS
  try {
    while (Date.now() < giveUp) {
      const [holder, until] = (localStorage.getItem(key) ?? '').split('|')
      if (!holder || holder === me || Number(until) < Date.now()) {
        localStorage.setItem(key, `${me}|${Date.now() + HELD_MS}`)
        await wait(20 + Math.random() * 30)
        if (localStorage.getItem(key)?.startsWith(me)) break
      }
      await wait(60)
    }
  } catch {
    // No storage, so no other tab can be heard either.
  }
  try {
    return await action()
  } finally {
    try {
      if (localStorage.getItem(key)?.startsWith(me)) localStorage.removeItem(key)
    } catch {
      // As above.
    }
  }
}
