// Pages that stay true while they are looked at: read again every minute while visible, and at once when somebody comes
// back to them. iOS freezes pages in the background without a word, so coming back never relies on a timer.
import { onActivated, onBeforeUnmount, onDeactivated, onMounted } from 'vue'

export const EVERY_MS = 60_000

export function useLive(again: () => unknown, everyMs = EVERY_MS) {
  let timer: ReturnType<typeof setInterval> | undefined
  let last = Date.now()

  const tick = () => {
    if (document.visibilityState !== 'visible') return
    last = Date.now()
    void again()
  }
  const back = () => {
    if (document.visibilityState === 'visible' && Date.now() - last > 2_000) tick()
  }
  const go = () => {
    if (timer) return
    timer = setInterval(tick, everyMs)
    document.addEventListener('visibilitychange', back)
    window.addEventListener('online', tick)
    window.addEventListener('pageshow', back)
  }
  const stop = () => {
    clearInterval(timer)
    timer = undefined
    document.removeEventListener('visibilitychange', back)
    window.removeEventListener('online', tick)
    window.removeEventListener('pageshow', back)
  }
  let wasAside = false
  onMounted(go)
  onActivated(() => {
    go()
    // Somebody comes back to a page that was kept: it shows what was there, and then what is there now.
    if (wasAside) tick()
    wasAside = false
  })
  onDeactivated(() => (wasAside = true))
  onDeactivated(stop)
  onBeforeUnmount(stop)
}
