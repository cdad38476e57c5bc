import { computed, ref, watch, type Ref } from 'vue'
import type { Problem } from '@/core/problem'

/** What the server said about a field, until somebody changes what it was said about. */
export function useSaid(model: Ref<unknown>, problem: () => Problem | null | undefined, name: () => string) {
  const changed = ref(false)
  watch(model, () => (changed.value = true))
  watch(problem, () => (changed.value = false))
  return computed(() => (changed.value ? '' : (problem()?.of(name()) ?? '')))
}
