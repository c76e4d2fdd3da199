/** Validates what computes and watches: series, jobs, signals, indicators, actions, documents and listeners. */
import type { AnyAction } from '../action.ts'
import type { Document } from '../document.ts'
import type { Field } from '../field.ts'
import type { AnyIndicator } from '../indicator.ts'
import type { AnyJob } from '../job.ts'
import type { Listener } from '../listener.ts'
import type { DataRef } from '../rows.ts'
import type { Series } from '../series.ts'
import type { AnySignal } from '../signal.ts'
import type { System } from '../system.ts'
import { validateColumns, validateRef, type CityIndex } from './city-index.ts'
import { asList, missing, type DefinitionFault } from './faults.ts'
import { validateFields } from './fields.ts'
import { validateText } from './text.ts'

export function validateFlows(system: System, index: CityIndex): DefinitionFault[] {
  const each = <T>(noun: string, members: Readonly<Record<string, T>> | undefined, validate: (one: T, at: string) => DefinitionFault[]) =>
    Object.entries(members ?? {}).flatMap(([name, one]) => validate(one, `${system.id}.${noun}.${name}`))
  return [
    ...each('series', system.series, validateSeries),
    ...each('jobs', system.jobs, (job, at) => validateJob(job, system, index, at)),
    ...each('signals', system.signals, (signal, at) => validateSignal(signal, system, index, at)),
    ...each('indicators', system.indicators, (indicator, at) => validateIndicator(indicator, system, index, at)),
    ...each('actions', system.actions, validateAction),
    ...each('documents', system.documents, validateDocument),
    ...each('listeners', system.listeners, validateListener),
  ]
}

function validateSeries(series: Series<any>, at: string): DefinitionFault[] {
  return [
    ...validateText(series.title, `${at}.title`),
    ...(series.breaks ?? []).flatMap((one, i) => validateText(one.note, `${at}.breaks.${i}.note`)),
  ]
}

function validateJob(job: AnyJob, system: System, index: CityIndex, at: string): DefinitionFault[] {
  const reads = Object.entries(job.reads as Readonly<Record<string, DataRef>>)
  const refs = reads.map(([, to]) => to.ref)
  const changed = 'changed' in job.on ? job.on.changed : []
  return [
    ...validateText(job.title, `${at}.title`),
    ...(reads.length === 0 ? [{ path: `${at}.reads`, message: 'a job reads something' }] : []),
    ...reads.flatMap(([name, to]) => validateRef(system, to, index, `${at}.reads.${name}`)),
    ...changed.flatMap(to => refs.includes(to.ref) ? [] : [{ path: `${at}.on.changed`, message: `'${to.ref}' is not among what the job reads: ${refs.join(', ')}` }]),
    ...reads.flatMap(([, to]) => validateColumns(to, job.groupBy, index, `${at}.groupBy`)),
  ]
}

function validateSignal(signal: AnySignal, system: System, index: CityIndex, at: string): DefinitionFault[] {
  return [
    ...validateText(signal.title, `${at}.title`),
    ...validateRef(system, signal.watches, index, `${at}.watches`),
    ...(signal.repeatHours > 0 ? [] : [{ path: `${at}.repeatHours`, message: 'a number of hours greater than zero' }]),
    ...(signal.persists === undefined || (Number.isInteger(signal.persists) && signal.persists > 0) ? [] : [{ path: `${at}.persists`, message: 'a whole number of judgements, at least 1' }]),
  ]
}

function validateIndicator(indicator: AnyIndicator, system: System, index: CityIndex, at: string): DefinitionFault[] {
  const { measure } = indicator
  const of = indicator.of as DataRef
  const columns = (names: readonly string[], member: string) => validateColumns(of, names, index, `${at}.${member}`)
  const indicators = Object.keys(system.indicators ?? {})
  return [
    ...validateText(indicator.title, `${at}.title`),
    ...validateRef(system, of, index, `${at}.of`),
    ...columns(indicator.dimensions ?? [], 'dimensions'),
    ...('count' in measure && measure.count !== 'all' ? columns(Object.keys(measure.count), 'measure.count') : []),
    ...('sum' in measure ? [...validateSum(measure.sum, of, system, index, `${at}.measure.sum`), ...columns(Object.keys(measure.where ?? {}), 'measure.where')] : []),
    ...('ratio' in measure ? measure.ratio.filter(name => !indicators.includes(name)).map(name => ({ path: `${at}.measure.ratio`, message: missing('indicator', name, 'indicators', indicators) })) : []),
  ]
}

const NUMBERS: readonly Field['kind'][] = ['integer', 'decimal', 'fen']

function validateSum(column: string, of: DataRef, system: System, index: CityIndex, path: string): DefinitionFault[] {
  if (of.noun === 'series') return column === 'value' ? [] : [{ path, message: `a series has one figure, 'value'` }]
  const faults = validateColumns(of, [column], index, path)
  const [owner, name] = of.ref.split('.') as [string, string]
  const fields = of.noun === 'case' ? index.cases[of.ref]?.fields : owner === system.id ? system.resources?.[name]?.fields : undefined
  const kind = fields?.[column]?.kind as Field['kind'] | undefined
  return kind === undefined || NUMBERS.includes(kind) ? faults : [...faults, { path, message: `column '${column}' is of kind ${kind}; a sum adds numbers` }]
}

function validateAction(action: AnyAction, at: string): DefinitionFault[] {
  const posts = Object.keys(action.posts ?? {})
  const unknown = asList(action.by as readonly string[]).filter(who => who.startsWith('post:') && !posts.includes(who.slice(5)))
  return [
    ...validateText(action.title, `${at}.title`),
    ...(action.by.length === 0 ? [{ path: `${at}.by`, message: 'nobody may run it' }] : []),
    ...unknown.map(who => ({ path: `${at}.by`, message: missing('post', who.slice(5), 'posts', posts) })),
    ...validateFields(action.asks, `${at}.asks`),
  ]
}

function validateDocument(document: Document, at: string): DefinitionFault[] {
  return [
    ...validateText(document.title, `${at}.title`),
    ...validateText(document.template, `${at}.template`),
    ...(document.signers.length === 0 ? [{ path: `${at}.signers`, message: 'a document has a signer' }] : []),
  ]
}

function validateListener(listener: Listener<any>, at: string): DefinitionFault[] {
  const { or } = listener.port
  return [
    ...(listener.speaks.length === 0 ? [{ path: `${at}.speaks`, message: 'a listener speaks udp, tcp or both' }] : []),
    ...(Number.isInteger(or) && or > 0 && or < 65_536 ? [] : [{ path: `${at}.port.or`, message: `${or} is not a port` }]),
  ]
}
