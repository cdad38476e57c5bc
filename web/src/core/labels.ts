// The Chinese words of every state and code, from the server. Kept on the phone, asked for once a start.
import { shallowRef } from 'vue'
import { listLabels, type LabelList } from 'xianfeng-client'

const KEY = 'xianfeng.labels'
const labels = shallowRef<LabelList | null>(null)
let asked: Promise<void> | undefined

/** How long the first page has the network for itself, where the words are there already. */
const LATER_MS = 5_000

/** Asks once a start; pages draw states as soon as the words are there. */
export function loadLabels(): void {
  if (!labels.value) {
    try {
      labels.value = JSON.parse(localStorage.getItem(KEY) ?? 'null') as LabelList | null
    } catch {
      // Asked for below.
    }
  }
  if (labels.value) setTimeout(ask, LATER_MS)
  else void ask()
}

function ask(): Promise<void> {
  asked ??= listLabels()
    .then((fresh) => {
      labels.value = fresh
      try {
        localStorage.setItem(KEY, JSON.stringify(fresh))
      } catch {
        // Asked for again next time.
      }
    })
    .catch(() => void (asked = undefined))
  return asked
}

/** What people read for `value` of the set `kind`, such as `word('IdeaState', idea.state)`. */
export function word(kind: string, value: string | null | undefined): string {
  if (!value) return ''
  const words = labels.value?.words as Record<string, Record<string, { zh: string }>> | undefined
  return words?.[kind]?.[value]?.zh ?? ''
}

/** The server's sentence for a code; empty where it has none, or one in which something would have to be filled in. */
export function sentence(code: string): string {
  const said = labels.value?.codes[code]?.zh ?? ''
  return said.includes('{') ? '' : said
}
