/**
 * A load of POSTs from keep-alive connections, each with one request under way. Speaks HTTP/1.1 over bare sockets, so that
 * the clients take as little as possible of the processor that the server and the database are measured on.
 */
import { randomUUID } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { performance } from 'node:perf_hooks'

export interface Load {
  readonly url: string
  readonly path: string
  readonly body: string
  /** Bearer tokens; connection `i` uses each `connections`-th from the `i`-th. */
  readonly tokens: readonly string[]
  readonly connections: number
}

export interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

export interface LoadResult {
  readonly answers: number
  readonly seconds: number
  /** Milliseconds of each request. */
  readonly times: readonly number[]
}

/** For so many seconds or, at the least, requests. @throws Error with the first answer that is not a 201 of a decided case with a credential */
export async function post(load: Load, { seconds = 0, requests = 0 }: { readonly seconds?: number; readonly requests?: number }): Promise<LoadResult> {
  const clients = await Promise.all(Array.from({ length: load.connections }, () => open(load.url)))
  const times: number[] = []
  const start = performance.now()
  const until = start + seconds * 1_000
  await Promise.all(clients.map(async (client, i) => {
    const tokens = load.tokens.filter((_, j) => j % load.connections === i)
    for (let n = 0; performance.now() < until || times.length < requests; n++) {
      const from = performance.now()
      requireDecided(await client.send(requestOf(load, tokens[n % tokens.length]!, randomUUID())))
      times.push(performance.now() - from)
    }
  }))
  const took = (performance.now() - start) / 1_000
  for (const client of clients) client.close()
  return { answers: times.length, seconds: took, times }
}

export async function postOnce(load: Load, key: string): Promise<Answer> {
  const client = await open(load.url)
  const answer = await client.send(requestOf(load, load.tokens[0]!, key))
  client.close()
  requireDecided(answer)
  return answer
}

function requireDecided({ status, body }: Answer): void {
  if (status !== 201 || !body.includes('"state":"approved"') || !body.includes('"credentials":[{')) throw new Error(`not a decided case with its credential: ${status} ${body.slice(0, 500)}`)
}

function requestOf({ url, path, body }: Load, token: string, key: string): string {
  return `POST ${path} HTTP/1.1\r\nhost: ${new URL(url).host}\r\nauthorization: Bearer ${token}\r\nidempotency-key: ${key}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

interface Connection {
  send(request: string): Promise<Answer>
  close(): void
}

function open(url: string): Promise<Connection> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket: Socket = connect({ host: hostname, port: Number(port), noDelay: true }, () => resolve({ send, close: () => socket.destroy() }))
    let received = Buffer.alloc(0)
    let waiting: { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void } | undefined
    const fail = (error: Error) => { reject(error); waiting?.reject(error) }
    socket.on('error', fail).on('close', () => fail(new Error('the server closed the connection')))
    socket.on('data', chunk => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
      const answer = answerIn(received)
      if (answer === undefined) return
      received = Buffer.alloc(0)
      waiting?.resolve(answer)
    })
    const send = (request: string) => new Promise<Answer>((resolve, reject) => { waiting = { resolve, reject }; socket.write(request) })
  })
}

/** Undefined until the answer is whole. The server sends lengths, not chunks, for bodies it has in hand. */
function answerIn(received: Buffer): Answer | undefined {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = received.toString('latin1', 0, end)
  const length = Number(/^content-length: *(\d+)$/im.exec(head)?.[1] ?? NaN)
  if (Number.isNaN(length)) throw new Error(`an answer without a length:\n${head}`)
  return received.length < end + 4 + length ? undefined : { status: Number(head.slice(9, 12)), head, body: received.toString('utf8', end + 4, end + 4 + length) }
}
