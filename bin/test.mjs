#!/usr/bin/env node
// `npm test`: installs what is missing and runs everything. Further arguments go to vitest.
import { ensureInstalled } from './install.mjs'
import { requireSupportedNode } from './node-version.mjs'

requireSupportedNode()
if (installed()) {
  const { register } = await import('tsx/esm/api')
  register()
  const { testAll } = await import('../tools/test/main.ts')
  process.exitCode = await testAll(process.argv.slice(2))
} else {
  console.log('0 passed, 1 failed, 0 skipped')
  process.exitCode = 1
}

function installed() {
  try {
    ensureInstalled({ dev: true })
    return true
  } catch (error) {
    console.log(`npm test: ${error.message}`)
    return false
  }
}
