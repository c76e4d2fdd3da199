import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { validateCity } from './index.ts'
import { lostProperty } from './sketches/lost-property.ts'

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

test('the example of the README is a sound definition, word for word', () => {
  const example = read('./sketches/lost-property.ts').replace(`'../index.ts'`, `'../../kernel/index.ts'`)
  expect(/```ts\n([\s\S]*?)```/.exec(read('./README.md'))?.[1]).toBe(example)
  expect(validateCity([lostProperty])).toEqual([])
})

test('the README tells every noun that can be defined', async () => {
  const defined = Object.keys(await import('./index.ts')).filter(name => name.startsWith('define'))
  const told = read('./README.md')
  expect(defined.filter(name => !told.includes(`\`${name}\``))).toEqual([])
})
