import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { installedPackage, usableBinaries } from './binaries.ts'
import { clusterPaths, ensureCluster } from './cluster.ts'
import { isRunning, processesIn, sandbox } from './testing-embedded.ts'
import { freePort } from './port.ts'
import { ownership, readPostmasterPid } from './postmaster-pid.ts'
import { StartFailure, adoptPostmaster, startPostmaster, stopPostmaster } from './postmaster.ts'
import { startedAt } from './process-identity.ts'
import { defaultSettings, serverArguments } from './server-settings.ts'
import { serverAccount } from './unprivileged.ts'

const slow = () => undefined

test('says what keeps a server from starting: a taken port, a running server; and finds the running one', async () => {
  const paths = clusterPaths(sandbox())
  const account = serverAccount(paths.dataDir, paths.pgdata)
  const binaries = usableBinaries(installedPackage(), paths.dataDir, account)
  expect(await ensureCluster(paths, binaries, account)).toBe(true)
  const launch = (port: number) => startPostmaster(binaries, paths.pgdata, port, serverArguments(paths.pgdata, port, defaultSettings(true)), account, slow)

  const occupier = createServer()
  await new Promise<void>((resolve) => occupier.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void occupier.close())
  const taken = (occupier.address() as AddressInfo).port
  await expect(launch(taken)).rejects.toMatchObject({ kind: 'port' })

  const port = await freePort()
  const postmaster = await launch(port)
  const file = readPostmasterPid(paths.pgdata)
  expect(file).toMatchObject({ pid: postmaster.pid, dataDirectory: paths.pgdata, port, status: 'ready' })
  expect(ownership(postmaster.pid, paths.pgdata)).toBe('ours')
  expect(ownership(postmaster.pid, join(paths.dataDir, 'other'))).toBe('foreign')
  expect(ownership(process.pid, paths.pgdata)).toBe('foreign')

  const second = await launch(await freePort()).catch((error: unknown) => error as StartFailure)
  expect(second).toMatchObject({ kind: 'locked' })
  expect((second as StartFailure).reason).toBe('lock file "postmaster.pid" already exists')

  const adopted = adoptPostmaster(postmaster.pid, port)
  await stopPostmaster(adopted, 'fast', paths.pgdata)
  expect(await adopted.exited).toMatchObject({ pid: postmaster.pid })
  expect(await postmaster.exited).toEqual({ pid: postmaster.pid, code: 0, signal: null })
  expect(adopted.isRunning()).toBe(false)
  expect(processesIn(paths.dataDir)).toEqual([])
  expect(readPostmasterPid(paths.pgdata)).toBeUndefined()
})

test('a postmaster.pid that is absent, empty or half written names nobody', () => {
  const pgdata = sandbox()
  expect(readPostmasterPid(pgdata)).toBeUndefined()
  for (const text of ['', 'x\n', '-5\n']) {
    writeFileSync(join(pgdata, 'postmaster.pid'), text)
    expect(readPostmasterPid(pgdata)).toBeUndefined()
  }
  writeFileSync(join(pgdata, 'postmaster.pid'), '12\n/data\n')
  expect(readPostmasterPid(pgdata)).toEqual({ pid: 12, dataDirectory: '/data', startedAtSeconds: 0, port: 0, status: '' })
})

test('a program that merely names the database directory is not its server', async () => {
  const pgdata = join(sandbox(), 'postgres')
  mkdirSync(pgdata)
  const stranger = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)', '--', '-D', pgdata], { cwd: pgdata, stdio: 'ignore' })
  onTestFinished(() => void stranger.kill('SIGKILL'))
  await new Promise((resolve) => stranger.once('spawn', resolve))
  expect(ownership(stranger.pid!, pgdata)).toBe('foreign')
  stranger.kill('SIGKILL')
  await new Promise((resolve) => stranger.once('exit', resolve))
  expect(isRunning(stranger.pid!)).toBe(false)
  expect(ownership(stranger.pid!, pgdata)).toBe('dead')
})

test('a process is told from others by its start', async () => {
  expect(startedAt(process.pid)).toBe(startedAt(process.pid))
  expect(startedAt(process.pid)).not.toBe(startedAt(process.ppid))
  expect(startedAt(2 ** 22 + 1)).toBeUndefined()
})
