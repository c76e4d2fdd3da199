import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ensureInstalled, matches } from './install.mjs'
import { isSupported } from './node-version.mjs'

type Lock = { packages: Record<string, object> }
const lock = (version: string): Lock => ({ packages: {
  '': { name: 'x' }, 'node_modules/a': { version, integrity: `sha512-${version}` }, 'node_modules/b': { version: '1.0.0', dev: true },
  'node_modules/c': { version: '1.0.0', optional: true },
} })
const without = (file: Lock, ...names: string[]): Lock => ({ packages: Object.fromEntries(Object.entries(file.packages).filter(([path]) => !names.some((name) => path === `node_modules/${name}`))) })

describe('whether node_modules matches the lock file', () => {
  test.each([
    ['all of it', lock('1.0.0'), true, true], ['nothing for another platform', without(lock('1.0.0'), 'c'), true, true],
    ['nothing for development, when not asked for', without(lock('1.0.0'), 'b'), false, true], ['nothing for development, when asked for', without(lock('1.0.0'), 'b'), true, false],
    ['another version', lock('1.0.1'), false, false], ['a package too few', without(lock('1.0.0'), 'a'), false, false],
  ])('%s', (_, installed, dev, expected) => {
    expect(matches(lock('1.0.0'), installed, dev)).toBe(expected)
  })
})

describe('ensureInstalled', () => {
  let at = ''
  let installs = 0
  const write = (path: string, value: unknown): void => writeFileSync(join(at, path), JSON.stringify(value))
  const install = (): void => {
    installs += 1
    mkdirSync(join(at, 'node_modules'), { recursive: true })
    write('node_modules/.package-lock.json', JSON.parse(readFileSync(join(at, 'package-lock.json'), 'utf8')))
  }
  beforeEach(() => {
    at = mkdtempSync(join(tmpdir(), 'onevisit-install-test-'))
    installs = 0
    write('package-lock.json', lock('1.0.0'))
  })
  afterEach(() => rmSync(at, { recursive: true, force: true }))

  test('installs once, and again when the lock file changes', () => {
    for (let i = 0; i < 3; i++) ensureInstalled({ at, dev: true, install })
    expect(installs).toBe(1)
    write('package-lock.json', lock('2.0.0'))
    for (let i = 0; i < 3; i++) ensureInstalled({ at, dev: true, install })
    expect(installs).toBe(2)
  })

  test('leaves alone what somebody else installed rightly', () => {
    install()
    ensureInstalled({ at, dev: true, install })
    expect(installs).toBe(1)
    expect(existsSync(join(at, 'node_modules/.onevisit-install'))).toBe(true)
  })

  test('an installation without development packages serves to start, not to test', () => {
    mkdirSync(join(at, 'node_modules'))
    write('node_modules/.package-lock.json', without(lock('1.0.0'), 'b'))
    ensureInstalled({ at, install })
    expect(installs).toBe(0)
    ensureInstalled({ at, dev: true, install })
    expect(installs).toBe(1)
  })

  test('an installation that failed is told, and tried again', () => {
    expect(() => ensureInstalled({ at, install: () => { throw new Error('npm ci failed') } })).toThrow('npm ci failed')
    expect(() => ensureInstalled({ at, install: () => {} })).toThrow('does not match')
    ensureInstalled({ at, install })
    expect(installs).toBe(1)
  })
})

test('Node 20.19 and later will do', () => {
  expect(['20.19.0', '20.20.2', '22.0.0', '24.1.0'].every(isSupported)).toBe(true)
  expect(['18.20.0', '20.18.3', '16.0.0', '0.12.0'].some(isSupported)).toBe(false)
})
