// Whether the member has still to agree to the enterprise's privacy notice, as it is now. Asked for once a version: the phone
// remembers to what was agreed.
import { ref } from 'vue'
import { listMyConsents, type ConsentList } from 'xianfeng-client'
import { config, loadConfig } from './config'
import { session } from './session'

const KEY = 'xianfeng.consent'
const mark = (version: string) => `${session.memberId} ${version}`
export const consentDue = ref(false)

/** What the server knows, kept in mind. */
export function hearConsents({ due, notice }: ConsentList) {
  consentDue.value = due
  try {
    if (notice && !due) localStorage.setItem(KEY, mark(notice.version))
  } catch {
    // Asked for again next time.
  }
}

/** How long the first page has the network for itself. */
const LATER_MS = 5_000
export const laterAskConsent = () => void setTimeout(ask, LATER_MS)

async function ask(): Promise<void> {
  await loadConfig()
  const version = config.value?.privacy?.version
  if (!version) return
  try {
    if (localStorage.getItem(KEY) === mark(version)) return
  } catch {
    // Then the server says.
  }
  await listMyConsents().then(hearConsents, () => undefined)
}
