// Who the member is, for every page.
import { computed, shallowRef } from 'vue'
import { getMe, type Me } from 'xianfeng-client'

export const me = shallowRef<Me | null>(null)

/** Whether the tab 工作 is of any use: somebody with a duty today. */
export const holdsDuty = computed(() => !!me.value && me.value.capabilities.length > 0)

export async function loadMe(): Promise<void> {
  try {
    me.value = await getMe()
  } catch {
    // Pages that need it ask again.
  }
}
