import { defineCase } from '../case.ts'
import { text as t } from '../text.ts'
import { textField } from '../field.ts'
const b = { title: t('a', 'a'), parties: {}, posts: {}, states: { a: { title: t('a', 'a') }, b: { title: t('b', 'b'), outcome: 'b' } }, opening: { title: t('a', 'a'), by: 'system', to: 'a' } } as const
const g = { title: t('a', 'a'), from: 'a', by: 'system', on: 'timer', within: { days: 1 }, to: { yes: 'b', no: 'a' } } as const
const f: () => 'a' | Promise<'a'> = async () => 'a'
export const a6 = defineCase({ ...b, fields: {x: textField(t('a','a'))}, moves: { go: { ...g, decide: async v => 'yes' } } })
export const a7 = defineCase({ ...b, fields: {x: textField(t('a','a'))}, moves: { go: { ...g, decide: async v => v.x === null ? 'yes' : 'no' } } })
export const a8 = defineCase({ ...b, fields: {x: textField(t('a','a'))}, moves: { go: { ...g, decide: async () => Math.random() > 0 ? 'yes' : 'no' } } })
