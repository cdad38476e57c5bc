// What tabs of one phone tell each other.

export type Word =
  | { kind: 'token'; token: string; until: number; member: string }
  | { kind: 'signed-out' }
  | { kind: 'outbox' }

type Hearer = (word: Word) => void

const hearers: Hearer[] = []
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('xianfeng')
if (channel) channel.onmessage = (event) => hearers.forEach((hear) => hear(event.data as Word))

export const tell = (word: Word) => channel?.postMessage(word)
export const hear = (hearer: Hearer) => void hearers.push(hearer)
