/** Validates one matter against its case type: guide, materials, prefill, rules and result hang together. */
import type { PlainCaseType } from '../case.ts'
import type { Matter } from '../matter.ts'
import { cycleAmong } from './case.ts'
import { missing, type DefinitionFault } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateText } from './text.ts'

export interface MatterSurroundings {
  readonly caseType: PlainCaseType | undefined
  readonly hasResource: (ref: string) => boolean
  readonly resourceFields: (ref: string) => readonly string[]
  readonly credentialFields: (ref: string) => readonly string[] | undefined
}

export function validateMatter(matter: Matter, around: MatterSurroundings, at: string): DefinitionFault[] {
  return [
    ...validateText(matter.title, `${at}.title`),
    ...(around.caseType ? validateLimits(matter, around.caseType, at) : [{ path: `${at}.case`, message: `no case type '${matter.case}'` }]),
    ...validateFields(matter.form, `${at}.form`),
    ...validateGuide(matter, at),
    ...validateWays(matter, around, at),
    ...validatePrefill(matter, around, at),
    ...validateResult(matter, around, at),
    ...(matter.basis.length === 0 ? [{ path: `${at}.basis`, message: 'a matter names its legal basis' }] : []),
    ...(Object.keys(matter.organs).length === 0 ? [{ path: `${at}.organs`, message: 'a matter is offered in at least one region' }] : []),
    ...Object.keys(matter.organs).filter(region => !/^\d{12}$/.test(region)).map(region => ({ path: `${at}.organs`, message: `'${region}' is not a twelve-digit region code` })),
  ]
}

function validateLimits(matter: Matter, type: PlainCaseType, at: string): DefinitionFault[] {
  const named = Object.values(type.moves).flatMap(move => [
    ...(move.within && 'limit' in move.within ? [move.within.limit] : []),
    ...(move.clock?.extend === undefined ? [] : [move.clock.extend]),
  ])
  const absent = [...new Set(named)].filter(name => matter.limits[name] === undefined)
    .map(name => ({ path: `${at}.limits`, message: missing('limit', name, 'limits', Object.keys(matter.limits)) }))
  const { legal, promised } = matter.limits
  const longer = legal.unit === promised.unit && promised.n > legal.n ? [{ path: `${at}.limits.promised`, message: `the promised limit (${promised.n}) is longer than the legal one (${legal.n})` }] : []
  return [...absent, ...longer]
}

function validateGuide(matter: Matter, at: string): DefinitionFault[] {
  const questions = Object.fromEntries(matter.questions.map(question => [question.id, question]))
  const checkWhen = (when: Readonly<Record<string, readonly string[]>> | undefined, path: string) => Object.entries(when ?? {}).flatMap(([id, answers]) => {
    const question = questions[id]
    if (question === undefined) return [{ path, message: missing('question', id, 'questions', Object.keys(questions)) }]
    return answers.filter(answer => !Object.hasOwn(question.answers, answer)).map(answer => ({ path: `${path}.${id}`, message: missing('answer', answer, 'answers', Object.keys(question.answers)) }))
  })
  const cycle = cycleAmong(Object.fromEntries(matter.questions.map(question => [question.id, Object.keys(question.when ?? {})])))
  return [
    ...matter.questions.flatMap(question => checkWhen(question.when, `${at}.questions.${question.id}.when`)),
    ...matter.materials.flatMap(material => checkWhen(material.when, `${at}.materials.${material.id}.when`)),
    ...(cycle ? [{ path: `${at}.questions`, message: `they wait for each other: ${cycle.join(' → ')}` }] : []),
    ...duplicates(matter.questions.map(question => question.id)).map(id => ({ path: `${at}.questions`, message: `'${id}' stands twice` })),
    ...duplicates(matter.materials.map(material => material.id)).map(id => ({ path: `${at}.materials`, message: `'${id}' stands twice` })),
  ]
}

function validateWays(matter: Matter, around: MatterSurroundings, at: string): DefinitionFault[] {
  return matter.materials.flatMap(material => {
    const path = `${at}.materials.${material.id}.ways`
    if (material.ways.length === 0) return [{ path, message: 'a material says how it is satisfied' }]
    return material.ways.flatMap(way => {
      if (way.by === 'credential' && around.credentialFields(way.type) === undefined) return [{ path, message: `no credential '${way.type}'` }]
      if (way.by !== 'data') return []
      if (!around.hasResource(way.resource)) return [{ path, message: `no resource '${way.resource}'` }]
      const known = around.resourceFields(way.resource)
      return way.fields.filter(field => !known.includes(field)).map(field => ({ path, message: missing('field', field, `fields of ${way.resource}`, known) }))
    })
  })
}

function validatePrefill(matter: Matter, around: MatterSurroundings, at: string): DefinitionFault[] {
  return Object.entries(matter.prefill ?? {}).flatMap(([field, from]) => {
    const path = `${at}.prefill.${field}`
    if (!Object.hasOwn(matter.form, field)) return [{ path, message: missing('field', field, 'fields of the form', Object.keys(matter.form)) }]
    if (!around.hasResource(from.resource)) return [{ path, message: `no resource '${from.resource}'` }]
    const known = around.resourceFields(from.resource)
    return known.includes(from.column) ? [] : [{ path, message: missing('column', from.column, `columns of ${from.resource}`, known) }]
  })
}

function validateResult(matter: Matter, around: MatterSurroundings, at: string): DefinitionFault[] {
  if (matter.result === undefined) return []
  const fields = around.credentialFields(matter.result.credential)
  if (fields === undefined) return [{ path: `${at}.result.credential`, message: `no credential '${matter.result.credential}'` }]
  return Object.keys(matter.result.claims).filter(claim => !fields.includes(claim)).map(claim => ({ path: `${at}.result.claims`, message: missing('claim', claim, 'claims', fields) }))
}

function duplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
}

