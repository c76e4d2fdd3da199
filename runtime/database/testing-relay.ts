/** A way to the database that delivers slowly or breaks off, for tests of what pg does then. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

export interface Relay {
  /** Leads to the same database, through the relay. */
  connectionString: string
  /** Breaks off all connections, as a router or a killed proxy does. */
  reset(): void
}

/** Delivers each message of the server on its own, milliseconds apart; closed when the test ends. */
export async function relay(connectionString: string, apartMs = 0): Promise<Relay> {
  const target = new URL(connectionString)
  const clients = new Set<Socket>()
  const listener = createServer((client) => {
    clients.add(client)
    const server = connect(Number(target.port), target.hostname)
    for (const [one, other] of [[client, server], [server, client]] as const) {
      one.on('error', () => undefined)
      one.once('close', () => other.destroy())
    }
    client.pipe(server)
    void deliver(server, client, apartMs)
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const reset = () => {
    for (const client of clients) client.resetAndDestroy()
  }
  onTestFinished(() => {
    reset()
    listener.close()
  })
  const url = new URL(connectionString)
  url.host = `127.0.0.1:${(listener.address() as AddressInfo).port}`
  return { connectionString: url.href, reset }
}

/** A message is a letter, its length without the letter in four bytes, and the rest. */
async function deliver(from: Socket, to: Socket, apartMs: number): Promise<void> {
  let rest = Buffer.alloc(0)
  try {
    for await (const chunk of from) {
      rest = Buffer.concat([rest, chunk as Buffer])
      while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
        const length = 1 + rest.readInt32BE(1)
        to.write(rest.subarray(0, length))
        rest = rest.subarray(length)
        if (apartMs > 0) await sleep(apartMs)
      }
    }
    to.end()
  } catch {
    to.destroy()
  }
}
