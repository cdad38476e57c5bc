// What the enterprise says of itself before anybody has signed in.
import { shallowRef } from 'vue'

export interface Config {
  name?: string
  help_phone?: string | null
}

export const config = shallowRef<Config>({})

/** Asked for once. A server of before, or a network that is away, leaves the product's own name. */
export async function loadConfig(): Promise<void> {
  try {
    const response = await fetch('/api/v1/config', { headers: { Accept: 'application/json' } })
    if (response.ok) config.value = (await response.json()) as Config
  } catch {
    // As above.
  }
}
