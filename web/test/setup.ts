// As much of a browser as the parts without pages ask for.
import 'fake-indexeddb/auto'

const kept = new Map<string, string>()
Object.assign(globalThis, {
  location: { origin: 'http://phone.test', pathname: '/m/', replace() {}, reload() {} },
  localStorage: {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  },
  document: Object.assign(new EventTarget(), { visibilityState: 'visible', createElement: () => ({}), documentElement: { classList: { toggle() {} }, style: { setProperty() {}, removeProperty() {} } } }),
  window: new EventTarget(),
})
