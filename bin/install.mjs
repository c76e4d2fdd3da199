// Brings node_modules to what package-lock.json says, once, however many processes ask for it at the same time.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The folder of this repository. */
export const root = fileURLToPath(new URL('..', import.meta.url))

const patience = 15 * 60_000

/** Installs when needed. `dev` asks for the packages that only tests and builds need. Throws with one clear line. */
export function ensureInstalled({ at = root, dev = false, install = npmCi } = {}) {
  if (isInstalled(at, dev)) return
  const lock = takeTurn(at, () => isInstalled(at, dev))
  if (lock === undefined) return
  try {
    install(at, dev)
    if (!adopt(at, dev)) throw new Error('npm ci ended well, but node_modules does not match package-lock.json')
  } finally {
    rmSync(lock, { recursive: true, force: true })
  }
}

/**
 * Whether what is installed is what the lock file asks for, by npm's own record of what it installed.
 * Packages for other platforms may be missing, and without `dev` those for development.
 */
export function matches(lock, installed, dev) {
  return Object.entries(lock.packages ?? {}).every(([path, wanted]) => {
    if (path === '' || wanted.extraneous) return true
    const present = installed.packages?.[path]
    if (present) return present.version === wanted.version && present.integrity === wanted.integrity
    return Boolean(wanted.optional || wanted.devOptional || wanted.peer || (wanted.dev && !dev))
  })
}

function isInstalled(at, dev) {
  const stamp = readJson(stampOf(at))
  if (stamp?.lock === hashOf(at) && (stamp.dev || !dev)) return true
  return adopt(at, dev)
}

/** Accepts a node_modules that somebody else installed rightly, and notes it for the next start. */
function adopt(at, dev) {
  const lock = readJson(join(at, 'package-lock.json'))
  const installed = readJson(join(at, 'node_modules', '.package-lock.json'))
  if (!lock || !installed || !matches(lock, installed, dev)) return false
  try {
    writeFileSync(stampOf(at), `${JSON.stringify({ lock: hashOf(at), dev: matches(lock, installed, true) })}\n`)
  } catch {
    // A read-only node_modules is as good; it is compared again next time.
  }
  return true
}

function npmCi(at, dev) {
  console.log('Installing packages (npm ci); this happens once after each change of package-lock.json …')
  const args = ['ci', '--no-audit', '--no-fund', ...(dev ? ['--include=dev'] : [])]
  // Under `npm start`, npm says where it lies; elsewhere it is on the path.
  const own = /npm-cli\.js$/.test(process.env.npm_execpath ?? '') ? process.env.npm_execpath : undefined
  const options = { cwd: at, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 1024 * 1024 }
  const result = own
    ? spawnSync(process.execPath, [own, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' })
  if (result.status === 0) return
  const told = [result.error?.message, result.stdout, result.stderr].filter(Boolean).join('\n').trim()
  throw new Error(`npm ci failed (${result.signal ?? `exit ${result.status}`}):\n${told}`)
}

/** A lock folder outside node_modules (npm ci removes that). Undefined when another process did the work meanwhile. */
function takeTurn(at, done) {
  const lock = join(tmpdir(), `onevisit-install-${createHash('sha256').update(at).digest('hex').slice(0, 16)}`)
  const holder = join(lock, 'pid')
  for (const until = Date.now() + patience; ; sleep(200)) {
    try {
      mkdirSync(lock)
      writeFileSync(holder, String(process.pid))
      if (!done()) return lock
      rmSync(lock, { recursive: true, force: true })
      return undefined
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (Date.now() > until) throw new Error(`another install has held ${lock} for too long; remove that folder if none is running`)
    if (isAbandoned(holder)) rmSync(lock, { recursive: true, force: true })
  }
}

function isAbandoned(holder) {
  let pid
  try {
    pid = Number(readFileSync(holder, 'utf8'))
  } catch {
    // Between mkdir and the writing of the pid; or gone by now.
    return false
  }
  try {
    process.kill(pid, 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

function stampOf(at) {
  return join(at, 'node_modules', '.onevisit-install')
}

function hashOf(at) {
  return createHash('sha256').update(readFileSync(join(at, 'package-lock.json'))).digest('hex')
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) ensureInstalled({ dev: true })
