/** Finds a free TCP port on loopback for the embedded server. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * A port below the range from which systems take the ports of outgoing connections (32768 up on Linux, 49152 up
 * elsewhere). While the server is down, a client that keeps trying a port of that range can be given the very same port
 * as its own: it then connects to itself and keeps the server from coming back.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(15_000, 32_000)
    if (await isFree(port)) return port
  }
  throw new Error('no free port between 15000 and 32000')
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
