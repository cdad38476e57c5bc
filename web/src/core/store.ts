// What the phone keeps: drafts, today's paper and study item, and what waits to be sent. IndexedDB, or memory alone where
// a browser refuses it (private windows of older iPhones).

export type Shelf = 'drafts' | 'kept' | 'outbox'

const shelves: Shelf[] = ['drafts', 'kept', 'outbox']
const memory: Record<Shelf, Map<string, unknown>> = { drafts: new Map(), kept: new Map(), outbox: new Map() }
let opening: Promise<IDBDatabase | null> | undefined

function open(): Promise<IDBDatabase | null> {
  opening ??= new Promise((resolve) => {
    let request: IDBOpenDBRequest
    try {
      request = indexedDB.open('xianfeng', 1)
    } catch {
      resolve(null)
      return
    }
    request.onupgradeneeded = () => {
      for (const shelf of shelves) request.result.createObjectStore(shelf)
    }
    request.onsuccess = () => {
      // iOS closes databases of pages in the background; the next use opens it anew.
      request.result.onclose = () => (opening = undefined)
      request.result.onversionchange = () => {
        request.result.close()
        opening = undefined
      }
      resolve(request.result)
    }
    request.onerror = () => resolve(null)
    request.onblocked = () => resolve(null)
  })
  return opening
}

async function within<T>(shelf: Shelf, mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  const db = await open()
  if (!db) return undefined
  return new Promise<T>((resolve, reject) => {
    const change = db.transaction(shelf, mode)
    const request = ask(change.objectStore(shelf))
    change.oncomplete = () => resolve(request.result)
    change.onabort = () => reject(change.error)
    change.onerror = () => reject(change.error)
  })
}

export async function read<T>(shelf: Shelf, key: string): Promise<T | undefined> {
  const found = await within(shelf, 'readonly', (store) => store.get(key)).catch(() => undefined)
  return (found ?? memory[shelf].get(key)) as T | undefined
}

/** Whether it will still be there when the page is closed. */
export async function write(shelf: Shelf, key: string, value: unknown): Promise<boolean> {
  if (await open()) {
    try {
      await within(shelf, 'readwrite', (store) => store.put(value, key))
      memory[shelf].delete(key)
      return true
    } catch {
      // The phone is full: keep it for as long as the page lives, and say so.
    }
  }
  memory[shelf].set(key, value)
  return false
}

export async function drop(shelf: Shelf, key: string): Promise<void> {
  memory[shelf].delete(key)
  await within(shelf, 'readwrite', (store) => store.delete(key)).catch(() => undefined)
}

export async function all<T>(shelf: Shelf): Promise<T[]> {
  const found = (await within(shelf, 'readonly', (store) => store.getAll()).catch(() => undefined)) ?? []
  return [...(found as T[]), ...(memory[shelf].values() as IterableIterator<T>)]
}

/** Leaves nothing of anybody on the phone. */
export async function clear(): Promise<void> {
  for (const shelf of shelves) {
    memory[shelf].clear()
    await within(shelf, 'readwrite', (store) => store.clear()).catch(() => undefined)
  }
}
