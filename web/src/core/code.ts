// 动态口令: asked for above the page after a sign-in, and again before something delicate; what was asked of the server goes on
// once the code was taken.
import { reactive, ref } from 'vue'
import { Problem } from './problem'

export const NEEDED = 'second_factors.needed'
export const NEEDED_AGAIN = 'second_factors.needed_again'

export const code = reactive({
  /** Why a code is asked for; null while none is. */
  asked: null as Problem | null,
})

/** Whether a duty of the member waits for a second factor to be enrolled. */
export const factorDue = ref(false)

let waiting: Array<(given: boolean) => void> = []
/** Who has put it off is asked again only when he does something. */
let putOff = false

/** Asks for a code, once for all that wait for it; false when it was put off. */
export function askCode(problem: Problem, changes: boolean): Promise<boolean> {
  if (putOff && !changes && problem.code === NEEDED) return Promise.resolve(false)
  code.asked ??= problem
  return new Promise((resolve) => waiting.push(resolve))
}

/** The code was taken, or whoever was asked does without. */
export function codeGiven(given: boolean) {
  putOff = !given
  code.asked = null
  const all = waiting
  waiting = []
  all.forEach((go) => go(given))
}

/** What a sign-in leaves to be done by whoever holds a duty; true when a code was given. */
export async function askAtSignIn(because: string | null | undefined): Promise<boolean> {
  factorDue.value = because === 'factor_missing'
  if (because !== 'code_missing') return false
  return askCode(new Problem(403, NEEDED, '请输入动态口令，您的职务权限才能使用。'), false)
}
