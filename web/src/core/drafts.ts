// A page that was left comes back as it was: what is typed is kept on the phone while it is typed.
import { onBeforeUnmount, ref, watch, type Ref } from 'vue'
import { session } from './session'
import { drop, read, write } from './store'

const keyOf = (name: string) => `${session.memberId}/${name}`

export interface Draft<T> {
  value: Ref<T>
  /** Whether something was found from before. */
  found: Ref<boolean>
  ready: Promise<void>
  /** Forgets it, once it has been sent. */
  done: () => Promise<void>
}

/** `name` is the page and what it is about, such as `idea/new`. Values must be what IndexedDB can keep. */
export function useDraft<T extends object>(name: string, empty: () => T): Draft<T> {
  const value = ref(empty()) as Ref<T>
  const found = ref(false)
  let over = false
  let timer: ReturnType<typeof setTimeout> | undefined

  const save = () => {
    clearTimeout(timer)
    timer = undefined
    if (!over) void write('drafts', keyOf(name), plain(value.value))
  }
  const ready = read<T>('drafts', keyOf(name)).then((kept) => {
    if (kept) {
      value.value = { ...empty(), ...kept }
      found.value = true
    }
    watch(value, () => (timer ??= setTimeout(save, 200)), { deep: true })
  })
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
    ready,
    done: async () => {
      over = true
      clearTimeout(timer)
      timer = undefined
      await drop('drafts', keyOf(name))
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
