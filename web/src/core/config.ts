// What the enterprise says of itself before anybody has signed in.
import { shallowRef } from 'vue'
import { getConfig, type ClientConfig } from 'xianfeng-client'
import { setColour } from './colour'

export const config = shallowRef<ClientConfig | null>(null)
let asked: Promise<void> | undefined

/** Asked for once; without it pages show the product's own name, and nothing that may be switched off. */
export function loadConfig(): Promise<void> {
  asked ??= getConfig().then(
    (there) => {
      config.value = there
      setColour(there.enterprise.colour)
    },
    () => void (asked = undefined),
  )
  return asked
}
