// How far long work on the server has come, told while it lasts. Bonus, never condition: where a proxy keeps it back, or five
// pages listen already, the work goes on without a number.
import { onBeforeUnmount, ref, type Ref } from 'vue'
import { place } from './place'
import { token } from './session'

export interface Progress {
  what: string
  done: number
  total: number
}

/** `now` is how far the work is that is done meanwhile; null where nothing was told. To be called while a page is set up. */
export function useProgress(topic: string): { now: Ref<Progress | null>; during: <T>(work: () => Promise<T>) => Promise<T> } {
  const now = ref<Progress | null>(null)
  const stop = new AbortController()
  let working = 0
  let listening = false
  onBeforeUnmount(() => stop.abort())

  async function during<T>(work: () => Promise<T>): Promise<T> {
    now.value = null
    working++
    // One stream for as long as the page is open: the server counts one that was left until it next writes to it.
    if (!listening) {
      listening = true
      void listen(topic, stop.signal, (told) => working && (now.value = told))
        .catch(() => undefined)
        .finally(() => (listening = false))
    }
    try {
      return await work()
    } finally {
      working--
      now.value = null
    }
  }
  return { now, during }
}

async function listen(topic: string, signal: AbortSignal, tell: (progress: Progress) => void) {
  const response = await fetch(`${place}/api/v1/events?topics=${topic}`, { signal, headers: { Authorization: `Bearer ${await token()}` } })
  const reader = response.ok ? response.body?.getReader() : undefined
  if (!reader) return
  const text = new TextDecoder()
  for (let rest = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return
    rest += text.decode(value, { stream: true })
    const events = rest.split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      const progress = progressOf(event)
      if (progress) tell(progress)
    }
  }
}

/** What one event of the stream says of progress; nothing where it says something else. */
export function progressOf(event: string): Progress | null {
  const data = /^data: (.*)$/m.exec(event)?.[1]
  try {
    return (JSON.parse(data ?? 'null') as { progress?: Progress } | null)?.progress ?? null
  } catch {
    return null
  }
}
