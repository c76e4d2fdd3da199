import { describe, expect, test } from 'vitest'
import { permitType } from '../fixtures/permits.ts'
import { cardMatter, services } from '../fixtures/services.ts'
import { plain } from '../../kernel/case.ts'
import { visibleFields, visibleValues } from './visible.ts'

const at = (state: string) => ({ state, tracks: {} })
const seen = (state: string, ...roles: string[]) => [...visibleFields(permitType, at(state), roles)].sort()
const values = {
  title: '演出', amount: 3, heldOn: null, contact: '甲', informant: '乙', site: { street: '路', keyHolder: '丙' }, pauseDays: null, opinion: '可', findings: ['x'],
}
const shown = (state: string, ...roles: string[]) => visibleValues(permitType, at(state), roles, values)

describe('visible fields', () => {
  test('are all but the sealed for a role that sees all, and the named ones for others', () => {
    expect(seen('granted', 'applicant')).toEqual(Object.keys(permitType.fields).filter(name => name !== 'informant').sort())
    expect(seen('granted', 'agent')).toEqual(['amount', 'title'])
    expect(seen('granted', 'post:clerk')).toEqual(['contact', 'title'])
    expect(seen('granted', 'post:inspector')).toEqual([])
    expect(seen('granted')).toEqual([])
  })

  test('are wider where a move is open that names them, and only there', () => {
    expect(seen('examined', 'post:inspector')).toEqual(['informant', 'opinion'])
    expect(seen('filed', 'post:inspector')).toEqual([])
    expect(seen('held', 'post:inspector')).toEqual([])
    expect(seen('examined', 'post:approver')).not.toContain('informant')
  })

  test('of several roles are those of each', () => {
    expect(seen('examined', 'agent', 'post:inspector')).toEqual(['amount', 'informant', 'opinion', 'title'])
  })

  test('show a sealed value to those who see it by name and to nobody else', () => {
    expect(shown('examined', 'post:inspector')).toEqual({ informant: '乙', opinion: '可' })
    for (const role of ['applicant', 'agent', 'post:approver', 'post:clerk', 'post:chief']) for (const state of Object.keys(permitType.states)) expect(Object.keys(shown(state, role))).not.toContain('informant')
  })

  test('keep what is sealed inside a record from those who see the record with everything else', () => {
    expect(shown('granted', 'applicant')['site']).toEqual({ street: '路' })
    const named = { ...permitType, sees: { ...permitType.sees, applicant: ['site'] } }
    expect(visibleValues(named, at('granted'), ['applicant'], values)['site']).toEqual({ street: '路', keyHolder: '丙' })
  })

  test('keep what is sealed inside a form, by the fields of its edition', () => {
    const application = plain(services.cases!['application']!)
    const form = { name: '甲', witness: '乙', zone: '东' }
    const byAll = visibleValues(application, at('approved'), ['applicant'], { form }, cardMatter.form)
    expect(byAll).toEqual({ form: { name: '甲', zone: '东' } })
    // Supplying corrections names the form, so whoever corrects it sees what they wrote.
    expect(visibleValues(application, at('correcting'), ['applicant'], { form }, cardMatter.form)).toEqual({ form })
  })

  test('leave out what is not known', () => {
    expect(Object.keys(shown('examined', 'applicant'))).not.toContain('heldOn')
  })
})
