// A page that was left comes back as it was: what is typed is kept on the phone while it is typed.
import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { session } from './session'
import { drop, read, write } from './store'

export interface Draft<T> {
  value: Ref<T>
  /** Whether something was found from before. */
  found: Ref<boolean>
  /** Begins to keep it, under a name that was not known before. */
  open: (name: string) => Promise<void>
  /** Settled when what was kept is there. */
  ready: Promise<void>
  /** Forgets it, once it has been sent. */
  done: () => Promise<void>
}

/**
 * `name` is the page and what it is about, such as `idea/new`; without one nothing is kept until `open`. Values must be what
 * IndexedDB can keep. To be called while a page is set up.
 */
export function useDraft<T extends object>(name: string | undefined, empty: () => T): Draft<T> {
  const value = ref(empty()) as Ref<T>
  const found = ref(false)
  let key = ''
  let timer: ReturnType<typeof setTimeout> | undefined

  const save = () => {
    clearTimeout(timer)
    timer = undefined
    if (key) void write('drafts', key, plain(value.value))
  }
  watch(value, () => key && (timer ??= setTimeout(save, 200)), { deep: true })

  async function open(of: string) {
    const own = `${session.memberId}/${of}`
    // A slow phone reads while somebody types already: what is typed goes before what was kept.
    let typed = false
    const stop = watch(value, () => (typed = true), { deep: true, flush: 'sync' })
    const kept = await read<T>('drafts', own)
    stop()
    key = own
    if (typed) save()
    else if (kept) {
      value.value = { ...empty(), ...kept }
      found.value = true
    }
  }

  // A page that is put aside may never be woken: what waits for its moment is written at once.
  const hide = () => timer && save()
  document.addEventListener('visibilitychange', hide)
  window.addEventListener('pagehide', hide)
  onBeforeUnmount(() => {
    hide()
    document.removeEventListener('visibilitychange', hide)
    window.removeEventListener('pagehide', hide)
  })

  return {
    value,
    found,
    open,
    ready: name ? open(name) : Promise.resolve(),
    done: async () => {
      clearTimeout(timer)
      timer = undefined
      found.value = false
      const own = key
      key = ''
      value.value = empty()
      await drop('drafts', own)
    },
  }
}

/** Without Vue's proxies, which IndexedDB cannot keep; blobs stay what they are. */
export function plain<T>(value: T): T {
  if (Array.isArray(value)) return value.map(plain) as T
  if (value && typeof value === 'object' && (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)])) as T
  }
  return value
}
