// The first page, which every other page draws on too: who the member is, what waits, how many notices are unread. One
// request a minute while anybody looks, of no bytes while nothing has changed (the browser keeps its ETag).
import { computed } from 'vue'
import { getMyToday } from 'xianfeng-client'
import { useLoad } from './load'
import { setCare, takeWish } from './prefs'
import { saveSettings } from './settings'

/** 关怀 mode as the server last knew it: an answer that was on its way while somebody chose says nothing new. */
let known: boolean | undefined

export const today = useLoad(async () => {
  const there = await getMyToday()
  const now = there.settings.care_mode === true
  const wish = takeWish()
  if (wish !== undefined) {
    if (wish !== now) void saveSettings({ care_mode: wish }).catch(() => undefined)
  } else if (now !== known) {
    // Another phone has chosen otherwise.
    setCare(now)
  }
  known = now
  return there
}, false)

export const me = computed(() => today.data?.me ?? null)

/** Whether the tab 工作 is of any use: somebody with a duty today. */
export const holdsDuty = computed(() => (me.value?.capabilities.length ?? 0) > 0)
