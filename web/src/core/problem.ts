// What can go wrong with a request, as people read it: a field message, a refusal of the server in its own words, a
// network that is not there.

export interface FieldMessage {
  /** The JSON pointer of the field: `/account`, `/answers/0/answer`. */
  pointer: string
  code: string
  message: string
}

export class Problem extends Error {
  readonly status: number
  /** The server's stable code; `network` when no answer came. */
  readonly code: string
  readonly fields: FieldMessage[]
  readonly requestId: string
  /** Seconds after which it makes sense to ask again; 0 when the server named none. */
  readonly retryAfter: number

  constructor(status: number, code: string, message: string, more: { fields?: FieldMessage[]; requestId?: string; retryAfter?: number } = {}) {
    super(message)
    this.name = 'Problem'
    this.status = status
    this.code = code
    this.fields = more.fields ?? []
    this.requestId = more.requestId ?? ''
    this.retryAfter = more.retryAfter ?? 0
  }

  /** No answer came: the request may be sent again as it is. */
  get isNetwork(): boolean {
    return this.status === 0
  }

  /** The server cannot answer now; what was asked may succeed later as it is. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504
  }

  /** What is the matter, without what to do about it: for sentences that go on by themselves. */
  get cause(): string {
    return this.message.split(/[，。]/)[0] ?? ''
  }

  /** What was said about one field, without its slash; empty when nothing was. */
  of(field: string): string {
    return this.fields.find((said) => said.pointer === `/${field}` || said.pointer.startsWith(`/${field}/`))?.message ?? ''
  }
}

export const offline = () => new Problem(0, 'network', '网络不通。请检查网络，稍后再试。')
const slow = () => new Problem(0, 'network', '网络太慢，没有等到回答。请稍后再试。')

interface Body {
  code?: string
  detail?: string
  errors?: FieldMessage[]
  request_id?: string
}

/** Any failure of the client as a `Problem`. */
export function toProblem(error: unknown, response?: Response): Problem {
  if (error instanceof Problem) return error
  if (!response) {
    const name = (error as { name?: string } | null)?.name
    if (name === 'AbortError' || name === 'TimeoutError') return slow()
    // fetch() says TypeError for everything that kept an answer away. Anything else is a fault of these pages.
    if (!(error instanceof TypeError)) console.error(error)
    return offline()
  }
  const body: Body = error && typeof error === 'object' ? (error as Body) : {}
  const retryAfter = Number(response.headers.get('Retry-After')) || 0
  if (body.code && body.detail) {
    return new Problem(response.status, body.code, body.detail, {
      fields: body.errors ?? [],
      requestId: body.request_id ?? '',
      retryAfter,
    })
  }
  // Not a word of the server itself: a proxy answers in its place while it is being updated.
  const message = response.status >= 500 ? '系统正在维护，您填写的内容不会丢失，请稍后再试。' : '暂时无法完成，请稍后再试。'
  return new Problem(response.status, 'unknown', message, { retryAfter })
}

/**
 * Throws what the server would say about each field that is empty, for what may wait on the phone: without a network nobody
 * would say so before it is too late.
 */
export function need(fields: Record<string, string>): void {
  const empty = Object.keys(fields).filter((name) => !fields[name]!.trim())
  if (!empty.length) return
  throw new Problem(422, 'body.invalid', '请检查标出的字段', { fields: empty.map((name) => ({ pointer: `/${name}`, code: 'invalid', message: '不能为空' })) })
}
