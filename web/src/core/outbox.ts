// What was done without a network, or on a bad one: kept on the phone and sent when there is one, once. Each job has a key
// that its requests bear as Idempotency-Key, so that an answer that was lost on the way does no harm.
import { computed, reactive } from 'vue'
import { randomKey } from './id'
import { alone } from './lock'
import { Problem, toProblem } from './problem'
import { session } from './session'
import { all, drop, write } from './store'
import { hear, tell } from './tabs'
import { plain } from './drafts'

export interface Job<B = unknown> {
  key: string
  memberId: string
  /** Which sender does it. */
  kind: string
  /** What people call it: 每日一答 11月26日. */
  title: string
  /** What it needs, and what it has reached: a sender may save a step that is done. */
  body: B
  madeAt: number
  /** The server's words, when it refused for good. */
  refused?: string
}

/** Does a job and gives what the server answered. Whatever it throws that is not passing is a refusal. */
export type Sender<B> = (job: Job<B>, save: (body: B) => Promise<void>) => Promise<unknown>

const senders: Record<string, Sender<unknown>> = {}
const jobs = reactive(new Map<string, Job>())
let sending: Promise<void> | undefined

export const SAVED = '已保存在手机上，联网后自动提交。'
/** The server was there and could not take it: its own word for that, and what becomes of what was written. */
const saved = (problem: Problem) => (problem.isNetwork ? SAVED : `${problem.cause}，已保存在手机上，恢复后自动提交。`)
export const NOT_KEPT = '手机存储空间不足：请不要关闭这个页面，联网后自动提交。'

/** Names who sends jobs of a kind; called when the app starts, before `startOutbox`. */
export function sender<B>(kind: string, send: Sender<B>) {
  senders[kind] = send as unknown as Sender<unknown>
}

const mine = computed(() => [...jobs.values()].filter((job) => job.memberId === session.memberId).sort((a, b) => a.madeAt - b.madeAt))
/** What waits for a network. */
export const waiting = computed(() => mine.value.filter((job) => !job.refused))
/** What the server refused, with everything that was written, for the member to look at. */
export const refused = computed(() => mine.value.filter((job) => job.refused))

const changed: Array<(job: Job, answer: unknown) => void> = []
/** Called when a job has been done or refused, so that a page shows what came of it. */
export function onSettled(hearer: (job: Job, answer: unknown) => void): () => void {
  changed.push(hearer)
  return () => changed.splice(changed.indexOf(hearer), 1)
}

export type Outcome<A> = { sent: true; answer: A } | { sent: false; message: string }

/** Tries at once; what cannot be sent now waits on the phone. A refusal is thrown, and nothing is kept: the page has it. */
export async function sendOrKeep<A, B = unknown>(kind: string, title: string, body: B, key = randomKey()): Promise<Outcome<A>> {
  const job: Job = { key, memberId: session.memberId, kind, title, body: plain(body), madeAt: Date.now() }
  // On the phone before it is on the way: an app that is closed in between has lost nothing.
  const kept = await write('outbox', job.key, plain(job))
  try {
    const answer = (await perform(job)) as A
    await forget(job.key)
    return { sent: true, answer }
  } catch (error) {
    const problem = toProblem(error)
    if (!problem.isPassing) {
      await forget(job.key)
      throw problem
    }
    jobs.set(job.key, job)
    tell({ kind: 'outbox' })
    return { sent: false, message: kept ? saved(problem) : NOT_KEPT }
  }
}

async function perform(job: Job): Promise<unknown> {
  const send = senders[job.kind]
  if (!send) throw new Problem(400, 'unknown', '这个版本无法提交它，请刷新页面。')
  return send(job, async (body) => {
    job.body = plain(body)
    await write('outbox', job.key, plain(job))
  })
}

export async function forget(key: string): Promise<void> {
  jobs.delete(key)
  await drop('outbox', key)
  tell({ kind: 'outbox' })
}

async function reread(): Promise<void> {
  const kept = await all<Job>('outbox')
  jobs.clear()
  for (const job of kept) jobs.set(job.key, job)
}

/** Sends what waits, oldest first, in one tab at a time. */
export function flush(): Promise<void> {
  if (session.phase !== 'in' || session.ended) return Promise.resolve()
  sending ??= alone('outbox', async () => {
    await reread()
    for (const job of waiting.value) {
      try {
        const answer = await perform(job)
        await forget(job.key)
        changed.forEach((hear) => hear(job, answer))
      } catch (error) {
        const problem = toProblem(error)
        if (problem.isPassing) return
        const stays: Job = { ...job, refused: problem.message }
        jobs.set(job.key, stays)
        await write('outbox', job.key, plain(stays))
        changed.forEach((hear) => hear(stays, undefined))
      }
    }
  }).finally(() => (sending = undefined))
  return sending
}

export function startOutbox(): void {
  const go = () => void (document.visibilityState === 'visible' && flush())
  window.addEventListener('online', go)
  document.addEventListener('visibilitychange', go)
  // A network that came back without saying so, as most do in a pit.
  setInterval(() => waiting.value.length && go(), 30_000)
  hear((word) => word.kind === 'outbox' && void reread())
  void reread().then(go)
}
