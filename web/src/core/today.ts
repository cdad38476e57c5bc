// The first page, which every other page draws on too: who the member is, what waits, how many notices are unread. One
// request a minute while anybody looks, of no bytes while nothing has changed (the browser keeps its ETag).
import { computed } from 'vue'
import { getMyToday } from 'xianfeng-client'
import { useLoad } from './load'
import { setCare } from './prefs'

export const today = useLoad(async () => {
  const there = await getMyToday()
  // Another phone may have chosen otherwise.
  setCare(there.settings.care_mode === true)
  return there
}, false)

export const me = computed(() => today.data?.me ?? null)

/** Whether the tab 工作 is of any use: somebody with a duty today. */
export const holdsDuty = computed(() => (me.value?.capabilities.length ?? 0) > 0)
