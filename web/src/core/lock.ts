// One tab at a time. Web Locks where there are any; they need a secure context, so a plain address in a plant's network
// has none, and localStorage with a moment's patience stands in. That stand-in may fail when two tabs write in the same
// moment, which whoever uses it must survive (the server gives the same next token for the same one; the outbox sends
// the same key).
import { randomKey } from './id'

const me = randomKey()
const HELD_MS = 15_000

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export async function alone<T>(name: string, action: () => Promise<T>): Promise<T> {
  if (navigator.locks) return withWebLock(name, action)
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

async function withWebLock<T>(name: string, action: () => Promise<T>): Promise<T> {
  // A tab that its phone has put to sleep may hold the lock for ever: after a while one goes on without it.
  const patience = new AbortController()
  const timer = setTimeout(() => patience.abort(), HELD_MS)
  try {
    return (await navigator.locks.request(`xianfeng.${name}`, { signal: patience.signal }, () => {
      clearTimeout(timer)
      return action()
    })) as T
  } catch (error) {
    if (!patience.signal.aborted) throw error
    return action()
  } finally {
    clearTimeout(timer)
  }
}
