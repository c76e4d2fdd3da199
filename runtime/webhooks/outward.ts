/**
 * Requests to addresses that strangers have written down. Where private addresses are refused, the address is judged in
 * the very lookup that the connection uses, so that a name cannot lead elsewhere between the check and the request.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { promisify } from 'node:util'
import { Problem } from '../../kernel/errors/problem.ts'
import { isPublicAddress } from './addresses.ts'

export interface Outward {
  /** The address in its normal form. @throws Problem `webhook-address` */
  admit(address: string): Promise<string>
  /** Redirects are answers like others. @throws Unreachable when there is no answer in time */
  post(address: string, headers: Readonly<Record<string, string>>, body: string): Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly retryAfter: string | null
}

export interface OutwardOptions {
  /** Admits loopback and private networks: for the demo, for tests, and for cities whose receivers are all inside. */
  readonly allowPrivate: boolean
  /** For one request in all, milliseconds; 5 s unless given. */
  readonly timeoutMs?: number
  /** Stands in for the system's resolver. */
  readonly resolve?: (host: string) => Promise<readonly LookupAddress[]>
}

export class Unreachable extends Error {
  /** `timeout`, `address-not-allowed`, or the system's code such as `ECONNREFUSED`. */
  readonly reason: string
  constructor(reason: string, cause?: unknown) {
    super(`no answer: ${reason}`, { cause })
    this.name = 'Unreachable'
    this.reason = reason
  }
}

const LONGEST_ADDRESS = 2_000
/** Answers have nothing to say but their status; what is longer is cut off. */
const LONGEST_ANSWER = 65_536

export function openOutward(options: OutwardOptions): Outward {
  const { allowPrivate, timeoutMs = 5_000 } = options
  const resolve = options.resolve ?? (host => resolveBySystem(host, { all: true }))

  async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
    const found = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host)
    if (found.length === 0) throw new Unreachable('ENOTFOUND')
    if (!allowPrivate && !found.every(({ address }) => isPublicAddress(address))) throw new Unreachable('address-not-allowed')
    return found
  }
  const lookup: LookupFunction = (host, { all }, callback) => {
    addressesOf(host).then(
      found => all ? callback(null, [...found]) : callback(null, found[0]!.address, found[0]!.family),
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    )
  }

  return {
    async admit(address) {
      const url = parseAddress(address)
      if (allowPrivate) return url.href
      try {
        await addressesOf(hostOf(url))
      } catch (error) {
        if (error instanceof Unreachable && error.reason === 'address-not-allowed') throw refused('地址在内部网络中', 'the address lies in a private network', error)
        throw refused('域名无法解析', 'the name of the server cannot be resolved', error)
      }
      return url.href
    },
    async post(address, headers, body) {
      const url = parseAddress(address)
      // A literal address is connected to without a lookup.
      if (isIP(hostOf(url))) await addressesOf(hostOf(url))
      return exchange(url, { headers, body, lookup, timeoutMs })
    },
  }
}

const resolveBySystem = promisify(systemLookup)

function parseAddress(address: string): URL {
  if (address.length > LONGEST_ADDRESS || !URL.canParse(address)) throw refused('不是完整的网址', 'it is no complete URL')
  const url = new URL(address)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('只接受 http 或 https', 'only http and https are accepted')
  if (url.username !== '' || url.password !== '') throw refused('网址不得含用户名或密码', 'the URL must not hold a user name or password')
  url.hash = ''
  return url
}

function refused(zh: string, en: string, cause?: unknown): Problem {
  return new Problem('webhook-address', { detail: { zh, en }, faults: [{ path: '/url', code: 'webhook-address', message: { zh, en } }], cause })
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

interface Exchange {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly lookup: LookupFunction
  readonly timeoutMs: number
}

function exchange(url: URL, { headers, body, lookup, timeoutMs }: Exchange): Promise<Answer> {
  const content = Buffer.from(body)
  const open = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const request = open(url, { method: 'POST', headers: { ...headers, 'content-length': String(content.length) }, lookup, agent: false, signal: AbortSignal.timeout(timeoutMs) }, response => {
      const answer = { status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null }
      drain(response, () => resolve(answer))
    })
    request.on('error', (error: NodeJS.ErrnoException) => reject(unreachable(error)))
    request.end(content)
  })
}

/** Once the status is there, the rest of the answer changes nothing, however it ends. */
function drain(response: IncomingMessage, done: () => void): void {
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > LONGEST_ANSWER) response.destroy()
  })
  response.on('error', () => undefined)
  response.on('close', done)
}

function unreachable(error: NodeJS.ErrnoException): Unreachable {
  if (error instanceof Unreachable) return error
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return new Unreachable('timeout', error)
  return new Unreachable(error.code ?? 'failed', error)
}
