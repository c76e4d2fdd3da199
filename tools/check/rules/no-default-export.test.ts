import { describe, expect, test } from 'vitest'
import { findingsOf } from '../testing.ts'
import { noDefaultExport } from './no-default-export.ts'

describe('no-default-export', () => {
  test('named exports pass, and configuration that a tool loads by default', async () => {
    const files = { 'kernel/a.ts': "// export default 1\nexport const a = 1\nexport { b } from './b.ts'", 'vitest.config.ts': 'export default {}', 'web/svg.d.ts': "declare module '*.svg' { const x: string; export default x }" }
    expect(await findingsOf(noDefaultExport, files)).toEqual([])
  })

  test.each(['export default 1', 'export default function a() {}', 'export default class A {}', 'export default interface A {}', 'const a = 1\nexport { a as default }', "export { default } from './b.ts'", "export * as default from './b.ts'", 'export = 1'])('%s is found', async (text) => {
    expect(await findingsOf(noDefaultExport, { 'kernel/a.ts': text })).toEqual([expect.stringMatching(/^kernel\/a\.ts:\d default export; export it by name$/)])
  })
})
