import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formField, integerField, listField, recordField, textField, type Fields } from '../../kernel/field.ts'
import { text as t } from '../../kernel/text.ts'
import { sealValues, unsealValues } from './sealed-values.ts'
import { vaultOf } from './vault.ts'

const vault = vaultOf(Buffer.alloc(32, 7))
const title = t('题', 'T')
const secret = textField(title, { identifies: true, level: 3 })
const form: Fields = { nick: secret, size: integerField(title), inner: recordField(title, { deep: secret }) }
const fields: Fields = {
  name: secret, size: integerField(title), people: listField(title, secret), site: recordField(title, { keeper: secret, street: textField(title), list: listField(title, recordField(title, { who: secret, what: textField(title) })) }), form: formField(title),
}
const word = fc.string({ unit: 'grapheme', minLength: 1 })
/** Told apart from everything else in the text that is stored. */
const hidden = word.map(text => `秘密：${text}`)
const open = word.map(text => `公开：${text}`)
const values = fc.record({
  name: hidden, size: fc.integer(), people: fc.array(hidden), form: fc.record({ nick: hidden, size: fc.integer(), inner: fc.record({ deep: hidden }) }, { requiredKeys: [] }),
  site: fc.record({ keeper: hidden, street: open, list: fc.array(fc.record({ who: hidden, what: open }, { requiredKeys: [] })) }, { requiredKeys: [] }),
}, { requiredKeys: [] })

test('what identifies is sealed at any depth and comes back, what does not stays as it is', () => {
  fc.assert(fc.property(values, given => {
    const sealed = sealValues(fields, given, vault, form)
    const stored = JSON.stringify(sealed)
    expect(stored).not.toContain('秘密')
    expect((stored.match(/公开/g) ?? []).length).toBe((JSON.stringify(given).match(/公开/g) ?? []).length)
    expect(unsealValues(fields, JSON.parse(stored) as Record<string, unknown>, vault, form)).toEqual(given)
  }))
})

test('a value that looks sealed is sealed like any other', () => {
  for (const name of ['v1.', 'v1.AAAA', vault.seal('x')]) expect(unsealValues(fields, sealValues(fields, { name }, vault), vault)).toEqual({ name })
})
