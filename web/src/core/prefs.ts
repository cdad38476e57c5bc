// 关怀 mode: larger text, larger targets, no motion. Kept on the phone so that the first picture is right already, and on
// the server so that the next phone knows.
import { ref } from 'vue'

const KEY = 'xianfeng.care'
export const care = ref(read())

function read(): boolean {
  try {
    return localStorage.getItem(KEY) === '1'
  } catch {
    return false
  }
}

export function setCare(on: boolean) {
  care.value = on
  document.documentElement.classList.toggle('care', on)
  try {
    if (on) localStorage.setItem(KEY, '1')
    else localStorage.removeItem(KEY)
  } catch {
    // For as long as the page lives.
  }
}

/** Chosen before anybody had signed in: a wish, which goes to the server with whoever does. */
let wished = false
export function wishCare(on: boolean) {
  wished = true
  setCare(on)
}

/** What was wished since the last asking; nothing where nobody wished. */
export function takeWish(): boolean | undefined {
  const wish = wished ? care.value : undefined
  wished = false
  return wish
}

document.documentElement.classList.toggle('care', care.value)
// Another tab has changed it.
window.addEventListener('storage', (event) => event.key === KEY && setCare(event.newValue === '1'))
