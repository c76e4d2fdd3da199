/**
 * The PostgreSQL that a run of the tests shares: an embedded one in a temporary directory, started when the first test
 * asks for it (over loopback HTTP, since tests run in other processes) and deleted when the run ends.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clusterPaths } from './cluster.ts'
import { startEmbedded, type Embedded } from './embedded.ts'
import { lockHolder } from './lock.ts'
import { ownership, readPostmasterPid } from './postmaster-pid.ts'
import { adoptPostmaster, stopPostmaster } from './postmaster.ts'
import type { ServerSettings } from './server-settings.ts'

export interface TestServer {
  /** GET answers the connection string; the first GET starts the server. */
  address: string
  stop(): Promise<void>
}

/** Data that is thrown away need not survive a power cut. */
const FAST_SETTINGS: ServerSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  shared_buffers: '128MB',
  max_connections: 200,
}

const PREFIX = 'onevisit-testserver-'

export async function startTestServer(): Promise<TestServer> {
  await removeLeftovers()
  let running: Promise<{ embedded: Embedded; dataDir: string }> | undefined
  const start = async () => {
    const dataDir = mkdtempSync(join(tmpdir(), PREFIX))
    chmodSync(dataDir, 0o711)
    return { dataDir, embedded: await startEmbedded({ dataDir, elsewhere: false, settings: FAST_SETTINGS }) }
  }
  const secret = `/${randomBytes(16).toString('hex')}`
  const http = createServer((request, response) => {
    if (request.url !== secret) return void response.writeHead(404).end()
    running ??= start()
    running.then(
      ({ embedded }) => response.end(embedded.connectionString),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  await listening(http)
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}${secret}`,
    stop: async () => {
      http.closeAllConnections()
      http.close()
      const started = await running?.catch(() => undefined)
      if (!started) return
      await started.embedded.stop('immediate')
      remove(started.dataDir)
    },
  }
}

/** Servers and directories of runs that were killed. */
async function removeLeftovers(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const dataDir = join(tmpdir(), name)
    if (!isAbandoned(dataDir)) continue
    const { pgdata } = clusterPaths(dataDir)
    const left = readPostmasterPid(pgdata)
    if (left && ownership(left.pid, pgdata) === 'ours') await stopPostmaster(adoptPostmaster(left.pid, left.port), 'immediate', pgdata)
    remove(dataDir)
  }
}

/** The process that writes the server's log may do so for a moment longer than the server runs. */
function remove(dataDir: string): void {
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
}

/** Of this user, and not of a run that lives or is just beginning. */
function isAbandoned(dataDir: string): boolean {
  const stat = statSync(dataDir, { throwIfNoEntry: false })
  return stat?.uid === process.getuid?.() && Date.now() - (stat?.mtimeMs ?? 0) > 60_000 && lockHolder(dataDir) === undefined
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
    server.unref()
  })
}
