// Whether the server only answers questions for now. It says so where something was to be changed, in its own sentence, and
// pages say it at the top until a change is taken again.
import { ref } from 'vue'

/** The server's sentence; empty as a rule. */
export const readOnly = ref('')

const ONLY_READS = 'service.clock_doubted'

/** What came of a request that changes something. */
export function heardOfChange(status: number, code?: string, sentence?: string) {
  if (status === 503 && code === ONLY_READS) readOnly.value = sentence ?? ''
  else if (status < 400) readOnly.value = ''
}
