/** A client as programs should be: each write has a key, and is sent again with it until it is answered. */
export interface Submission {
  readonly key: string
  readonly body: Readonly<Record<string, unknown>>
}

export interface Acknowledged {
  readonly key: string
  readonly number: string
  readonly attempts: number
}

export interface RetryingClient {
  /** Sends all at once; resolves when each is acknowledged. */
  submitAll(submissions: readonly Submission[]): Promise<readonly Acknowledged[]>
  /** Requests sent and not answered at this moment. */
  readonly inFlight: number
  readonly acknowledged: number
}

const RETRY_MS = 50

/** `urls` are tried in turn, so that a killed server's clients go on with the other. */
export function retryingClient(urls: () => readonly string[], token: () => string, giveUpMs = 120_000): RetryingClient {
  let inFlight = 0
  let acknowledged = 0
  let turn = 0

  async function send(submission: Submission, attempt: number): Promise<Acknowledged | null> {
    const list = urls()
    const url = list[turn++ % list.length]
    if (url === undefined) return null
    inFlight++
    try {
      const response = await fetch(`${url}/api/v1/cases`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token()}`, 'idempotency-key': submission.key },
        body: JSON.stringify(submission.body),
      })
      const text = await response.text()
      if (response.status === 201) {
        acknowledged++
        return { key: submission.key, number: (JSON.parse(text) as { number: string }).number, attempts: attempt }
      }
      if (response.status === 503 || response.status === 429) return null
      throw new UnexpectedAnswer(`${response.status} ${text}`)
    } catch (error) {
      // The connection broke: whether the case was stored is not known, so the same key is sent again.
      if (error instanceof UnexpectedAnswer) throw error
      return null
    } finally {
      inFlight--
    }
  }

  async function submit(submission: Submission): Promise<Acknowledged> {
    const giveUp = Date.now() + giveUpMs
    for (let attempt = 1; Date.now() < giveUp; attempt++) {
      const answer = await send(submission, attempt)
      if (answer) return answer
      await new Promise(resolve => setTimeout(resolve, RETRY_MS * (1 + Math.random())))
    }
    throw new Error(`no answer to ${submission.key} within ${giveUpMs} ms`)
  }

  return {
    submitAll: submissions => Promise.all(submissions.map(submit)),
    get inFlight() { return inFlight },
    get acknowledged() { return acknowledged },
  }
}

class UnexpectedAnswer extends Error {}
