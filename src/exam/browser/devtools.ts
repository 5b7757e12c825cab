import type { Readable, Writable } from 'node:stream'

/** Something that happened in the browser, in one of its tabs where it has a session. */
export interface DevToolsEvent {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly sessionId?: string
}

type Answer = Readonly<Record<string, unknown>>

interface Message extends Partial<DevToolsEvent> {
  readonly id?: number
  readonly result?: Answer
  readonly error?: { readonly message: string }
}

/** The protocol by which a Chromium is driven, over a pipe: messages of JSON that a zero ends. */
export class DevTools {
  readonly #to: Writable
  readonly #asked = new Map<number, { readonly answer: (answer: Answer) => void; readonly refuse: (error: Error) => void }>()
  readonly #listeners = new Set<(event: DevToolsEvent) => void>()
  #last = 0
  #isOver = false
  #left = ''
  readonly #patience: number

  /** @param patience how long an answer may take, milliseconds: a page whose script never ends keeps its tab from answering */
  constructor(to: Writable, from: Readable, patience = 60_000) {
    this.#to = to
    this.#patience = patience
    from.setEncoding('utf8').on('data', (piece: string) => this.#read(piece))
    for (const stream of [from, to]) stream.on('error', () => this.#over())
    from.once('close', () => this.#over())
  }

  /** @throws Error when the browser refuses it, does not answer, or has ended */
  send(method: string, params: object = {}, sessionId?: string): Promise<Answer> {
    if (this.#isOver) return Promise.reject(new Error('the browser has ended'))
    const id = ++this.#last
    return new Promise((answer, refuse) => {
      const late = setTimeout(() => {
        this.#asked.delete(id)
        refuse(new Error(`the browser did not answer ${method} within ${this.#patience / 1000} s`))
      }, this.#patience)
      const settled = (settle: () => void) => {
        clearTimeout(late)
        settle()
      }
      this.#asked.set(id, { answer: (given) => settled(() => answer(given)), refuse: (error) => settled(() => refuse(error)) })
      this.#to.write(`${JSON.stringify({ id, method, params, ...(sessionId !== undefined && { sessionId }) })}\0`)
    })
  }

  /** @returns what ends it */
  listen(to: (event: DevToolsEvent) => void): () => void {
    this.#listeners.add(to)
    return () => this.#listeners.delete(to)
  }

  #read(piece: string): void {
    const messages = (this.#left + piece).split('\0')
    this.#left = messages.pop() ?? ''
    for (const text of messages) this.#take(JSON.parse(text))
  }

  #take({ id, result = {}, error, method, params = {}, sessionId }: Message): void {
    if (method !== undefined) {
      for (const listener of this.#listeners) listener({ method, params, ...(sessionId !== undefined && { sessionId }) })
      return
    }
    const asked = this.#asked.get(id ?? 0)
    this.#asked.delete(id ?? 0)
    if (error === undefined) asked?.answer(result)
    else asked?.refuse(new Error(error.message))
  }

  #over(): void {
    this.#isOver = true
    for (const { refuse } of this.#asked.values()) refuse(new Error('the browser has ended'))
    this.#asked.clear()
  }
}
