// What a page reads from the server: waiting, there, or failed, and read again without a flicker.
import { nextTick, reactive, ref, shallowRef, type Ref } from 'vue'
import { Problem, toProblem } from './problem'

export interface Load<T> {
  data: T | null
  problem: Problem | null
  loading: boolean
  /** Reads again; what is shown stays until the answer is there. */
  again: () => Promise<void>
}

/** Starts at once. A failure after a success leaves what was there, so that a tunnel does not empty a page. */
export function useLoad<T>(ask: () => Promise<T>, immediately = true): Load<T> {
  const data = shallowRef<T | null>(null) as Ref<T | null>
  const problem = ref<Problem | null>(null) as Ref<Problem | null>
  const loading = ref(false)
  let turn = 0

  async function again() {
    const mine = ++turn
    loading.value = true
    try {
      const answer = await ask()
      if (mine !== turn) return
      data.value = answer
      problem.value = null
    } catch (error) {
      if (mine !== turn) return
      problem.value = toProblem(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  if (immediately) void again()
  return reactive({ data, problem, loading, again }) as Load<T>
}

export interface Page<T> {
  items: T[]
  next_cursor?: string | null
}

export interface Pages<T> extends Omit<Load<T[]>, 'data'> {
  items: T[] | null
  /** Whether there is more on the server. */
  more: boolean
  next: () => Promise<void>
}

/** A list that comes in pages. */
export function usePages<T>(ask: (cursor: string | undefined) => Promise<Page<T>>, immediately = true): Pages<T> {
  const items = shallowRef<T[] | null>(null) as Ref<T[] | null>
  const problem = ref<Problem | null>(null) as Ref<Problem | null>
  const loading = ref(false)
  const more = ref(false)
  let cursor: string | undefined
  let turn = 0

  async function read(from: string | undefined) {
    const mine = ++turn
    loading.value = true
    try {
      const page = await ask(from)
      if (mine !== turn) return
      items.value = from ? [...(items.value ?? []), ...page.items] : page.items
      cursor = page.next_cursor ?? undefined
      more.value = !!cursor
      problem.value = null
    } catch (error) {
      if (mine === turn) problem.value = toProblem(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }
  const again = () => read(undefined)
  const next = () => (cursor && !loading.value ? read(cursor) : Promise.resolve())
  if (immediately) void again()
  return reactive({ items, problem, loading, more, again, next }) as Pages<T>
}

/** A button that does something: one at a time, with the server's words when it is refused. */
export function useDo<A extends unknown[], T>(action: (...args: A) => Promise<T>) {
  const busy = ref(false)
  const problem = ref<Problem | null>(null) as Ref<Problem | null>

  async function run(...args: A): Promise<T | undefined> {
    if (busy.value) return undefined
    busy.value = true
    problem.value = null
    try {
      return await action(...args)
    } catch (error) {
      problem.value = toProblem(error)
      // The first field that was refused may be far above the button.
      if (problem.value.fields.length) void nextTick(() => document.querySelector<HTMLElement>('[aria-invalid=true]')?.focus())
      return undefined
    } finally {
      busy.value = false
    }
  }
  return reactive({ busy, problem, run })
}
