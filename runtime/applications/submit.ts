/** Files an application: pins the matter's edition, resolves materials again, opens the case, answers with its result. */
import type { PlainCaseType } from '../../kernel/case.ts'
import type { PartyHeader } from '../../kernel/context.ts'
import { isProblem, Problem } from '../../kernel/errors/problem.ts'
import type { Matter } from '../../kernel/matter.ts'
import { text as t } from '../../kernel/text.ts'
import { isWithin, parseRegionCode } from '../../kernel/codes/region-code.ts'
import { checkValue, fault } from '../../kernel/values.ts'
import { list } from '../../engines/case-flow/index.ts'
import type { SignedIn } from '../access/actor.ts'
import { isRegion, type Holding } from '../access/scopes.ts'
import { localDate } from '../cases/clock.ts'
import type { CaseDesk } from '../cases/desk.ts'
import { once } from '../cases/finish.ts'
import type { Surroundings, Work, WorkingCase } from '../cases/work.ts'
import type { Once, StoredAnswer } from '../idempotency.ts'
import { askSources, prefilled, prepare, resolve, situationOf, type Asker, type Prepared, type Supplied } from './prepare.ts'

export interface ApplicationRequest {
  readonly matter: string
  /** The edition that was prepared; a newer one in force must be confirmed. */
  readonly edition?: number
  readonly answers?: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, unknown>>
  readonly uploads?: Readonly<Record<string, readonly string[]>>
  readonly promises?: readonly string[]
  readonly consent?: unknown
  /** Subject the application is for, when the caller is an agent or a clerk. */
  readonly applicant?: string
  /** Subject who came to the window for the applicant, when the caller is a clerk. */
  readonly agent?: string
  readonly region?: string
  readonly acceptingRegion?: string
}

export interface ApplicationDesk {
  prepare(actor: SignedIn, matter: string, request: { readonly answers?: Readonly<Record<string, string>>; readonly applicant?: string; readonly agent?: string; readonly region?: string }, now: string, trace: string): Promise<Prepared>
  submit(actor: SignedIn, request: ApplicationRequest, now: string, trace: string, once?: Once): Promise<StoredAnswer>
  /** Resolves materials anew when corrections are supplied. */
  resupply(working: WorkingCase, given: Readonly<Record<string, unknown>>, actor: SignedIn, now: string, trace: string): Promise<Readonly<Record<string, unknown>>>
}

export function openApplicationDesk(around: Surroundings & { readonly desk: CaseDesk }): ApplicationDesk {
  async function file(actor: SignedIn, request: ApplicationRequest, now: string, trace: string, key: Once | undefined): Promise<StoredAnswer> {
    const today = localDate(now)
    const matter = await pinned(around, request, today)
    const { parties, clerk } = await partiesOf(around, actor, matter, request, today)
    const applicant = parties['applicant']!
    const region = offeredAt(matter, request.region)
    const acceptingRegion = regionOf(request.acceptingRegion, '/acceptingRegion') ?? (clerk ? windowRegion(around, actor, matter) : undefined) ?? region
    const { answers = {}, uploads = {}, promises = [] } = request
    const situation = situationOf(matter, answers)
    if (situation.unanswered.length > 0) throw new Problem('answers-missing', { more: { questions: situation.unanswered } })
    requireSupplied(matter, { uploads, promises }, '')
    // Nobody's data are read before they have agreed to it.
    requireConsent(around, matter, request)
    const { prefix, type } = around.city.caseEntry(matter.case)
    const number = await around.numbers.next(prefix, today)
    const asker = askerOf(actor, now, trace)
    const sources = await askSources(around, matter, applicant.subject, asker, number, { materials: situation.materials, decides: true })
    const materials = matter.materials.filter(material => situation.materials.includes(material.id))
    const resolution = await resolve(around, matter, materials, applicant.subject, sources, { uploads, promises }, asker)
    if (!resolution.complete) throw materialsMissing(resolution.materials.filter(state => state.status !== 'satisfied' && !state.checkLater).map(state => ({ id: state.id, by: state.by })), materials)
    const given = { form: { ...prefilled(matter, sources), ...request.values }, ...(Object.hasOwn(type.fields, 'consent') ? { consent: request.consent } : {}) }
    return around.desk.open({
      actor, type: matter.case, matter, parties, region, acceptingRegion, organ: matter.organs[region]!, now, trace, number, ...(key ? { once: key } : {}),
      given, resolved: kept(type, { answers, materials: resolution.materials, uploads, promises }),
      answer: submitted, asked: [...sources].map(([resource, answer]) => ({ resource, keys: [applicant.subject], answers: [answer] })),
    })
  }

  return {
    async prepare(actor, code, request, now, trace) {
      const matter = await around.matters.inForce(code, localDate(now))
      const { parties } = await partiesOf(around, actor, matter, request, localDate(now))
      offeredAt(matter, request.region)
      return prepare(around, matter, parties['applicant']!.subject, request.answers ?? {}, askerOf(actor, now, trace))
    },

    // Keyed as a whole: what would be refused now may have been carried out the first time.
    submit: (actor, request, now, trace, key) => once(around, key, async () => {
      try {
        return await file(actor, request, now, trace, key)
      } catch (error) {
        throw isProblem(error) ? atRequest(error) : error
      }
    }),

    async resupply(working, given, actor, now, trace) {
      const { matter, record } = working
      if (matter === null) return {}
      const asker = askerOf(actor, now, trace)
      const known = suppliedOf(record.values)
      const answers = (given['answers'] ?? record.values['answers'] ?? {}) as Record<string, string>
      const situation = situationOf(matter, answers)
      if (situation.unanswered.length > 0) throw new Problem('answers-missing', { more: { questions: situation.unanswered } })
      const added = { uploads: given['uploads'] ?? {}, promises: given['promises'] ?? [] }
      requireSupplied(matter, added, '/values')
      const uploads = { ...known.uploads, ...added.uploads }
      const promises = [...new Set([...known.promises, ...added.promises])]
      const sources = await askSources(around, matter, record.parties['applicant']!.subject, asker, record.number, { materials: situation.materials, decides: false })
      const materials = matter.materials.filter(material => situation.materials.includes(material.id))
      const resolution = await resolve(around, matter, materials, record.parties['applicant']!.subject, sources, { uploads, promises }, asker)
      const form = given['form'] === undefined || given['form'] === null ? {} : { form: { ...record.values['form'] as object, ...given['form'] as object } }
      return kept(record.entry.type, { ...form, answers, uploads, promises, materials: resolution.materials })
    },
  }
}

/** A case type need not keep everything that was resolved. */
function kept(type: PlainCaseType, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => Object.hasOwn(type.fields, name)))
}

function suppliedOf(values: Readonly<Record<string, unknown>>): Supplied {
  return { uploads: (values['uploads'] ?? {}) as Supplied['uploads'], promises: (values['promises'] ?? []) as Supplied['promises'] }
}

/** Files and promises belong to materials that take them. @throws Problem `invalid-request` */
function requireSupplied(matter: Matter, given: { readonly uploads: unknown; readonly promises: unknown }, at: string): asserts given is Supplied {
  const { uploads, promises } = given
  const takes = (id: string, by: 'promise' | 'upload') => matter.materials.some(material => material.id === id && (by === 'upload' || material.ways.some(way => way.by === by)))
  const faults = [
    ...typeof uploads !== 'object' || uploads === null || Array.isArray(uploads) ? [fault(`${at}/uploads`, 'field-type')]
      : Object.entries(uploads).flatMap(([id, files]) => takes(id, 'upload') ? filesFaults(files, `${at}/uploads/${id}`) : [fault(`${at}/uploads/${id}`, 'field-unknown')]),
    ...!Array.isArray(promises) ? [fault(`${at}/promises`, 'field-type')]
      : promises.flatMap((id: unknown, i) => typeof id === 'string' && takes(id, 'promise') ? [] : [fault(`${at}/promises/${i}`, 'field-choice')]),
  ]
  if (faults.length > 0) throw new Problem('invalid-request', { faults })
}

const MOST_FILES = 50
const FILE_FIELD = { kind: 'file', title: t('文件', 'File') } as const

function filesFaults(files: unknown, at: string) {
  if (!Array.isArray(files)) return [fault(at, 'field-type')]
  if (files.length > MOST_FILES) return [fault(at, 'field-too-long', String(MOST_FILES))]
  return files.flatMap((file: unknown, i) => checkValue(FILE_FIELD, file, `${at}/${i}`))
}

/** @throws Problem `invalid-request` */
function requireConsent(around: Surroundings, matter: Matter, request: ApplicationRequest): void {
  const { type } = around.city.caseEntry(matter.case)
  const isAsked = Object.hasOwn(type.fields, 'consent') && type.opening.asks?.includes('consent')
  if (isAsked && request.consent !== true) throw new Problem('invalid-request', { faults: [fault('/consent', 'consent-required')] })
}

/** Faults point into the request as the applicant wrote it, not into the values of the case. */
function atRequest(problem: Problem): Problem {
  const own = (path: string) => path.startsWith('/values/form/') ? `/values/${path.slice('/values/form/'.length)}` : path === '/values/form' ? '/values' : path.replace(/^\/values\/(?=consent|answers|uploads|promises)/, '/')
  if (problem.code !== 'invalid-request' && problem.code !== 'nul-character') return problem
  return new Problem(problem.code, { faults: problem.faults.map(one => ({ ...one, path: own(one.path) })), more: problem.more, cause: problem, ...(problem.detail === undefined ? {} : { detail: problem.detail }) })
}

/** @throws Problem `invalid-request` */
function regionOf(region: string | undefined, at: string): string | undefined {
  if (region !== undefined && (region.length !== 12 || !parseRegionCode(region).ok)) throw new Problem('invalid-request', { faults: [fault(at, 'code-invalid', '12 digits')] })
  return region
}

/** The edition in force today. A draft made under another keeps its values and asks for confirmation. */
async function pinned(around: Surroundings, request: ApplicationRequest, today: string): Promise<Matter> {
  try {
    const matter = await around.matters.inForce(request.matter, today)
    if (request.edition !== undefined && request.edition !== matter.edition) throw new Problem('matter-edition-changed', { more: { edition: matter.edition, kept: request.values } })
    return matter
  } catch (error) {
    throw isProblem(error, 'matter-not-in-force') ? new Problem('matter-not-in-force', { more: { kept: request.values } }) : error
  }
}

/** A person or firm applies for itself, an agent under a mandate, a clerk for whoever is at the window. */
async function partiesOf(around: Surroundings, actor: SignedIn, matter: Matter, { applicant, agent }: Pick<ApplicationRequest, 'applicant' | 'agent'>, today: string): Promise<{ readonly parties: Readonly<Record<string, PartyHeader>>; readonly clerk: boolean }> {
  const principal = applicant === undefined || applicant === actor.subject ? { id: actor.subject, class: actor.class } : await around.subjects.find(applicant)
  if (!matter.audience.includes(principal.class)) throw new Problem('matter-audience', { detail: t(`面向：${matter.audience.join('、')}`, `for: ${matter.audience.join(', ')}`) })
  const parties: Record<string, PartyHeader> = { applicant: { subject: principal.id, class: principal.class } }
  if (principal.id === actor.subject) return { parties, clerk: false }
  const clerk = actor.kind === 'staff' && clerkHoldings(around, actor, matter).length > 0
  const acting = clerk ? agent === undefined ? undefined : await around.subjects.find(agent) : { id: actor.subject, class: actor.class }
  if (acting === undefined) return { parties, clerk }
  if (!await around.subjects.mandated(acting.id, principal.id, matter.code, today)) throw new Problem('mandate-missing')
  return { parties: { ...parties, agent: { subject: acting.id, class: acting.class } }, clerk }
}

/** Posts of the actor that may file applications for others. */
function clerkHoldings(around: Surroundings, actor: SignedIn, matter: Matter): readonly Holding[] {
  const { system, type } = around.city.caseEntry(matter.case)
  const posts = list(type.opening.by).filter(who => who.startsWith('post:')).map(who => `${system}.${who.slice(5)}`)
  return actor.holdings.filter(holding => posts.includes(holding.post))
}

function windowRegion(around: Surroundings, actor: SignedIn, matter: Matter): string | undefined {
  return clerkHoldings(around, actor, matter).find(({ unit }) => isRegion(unit))?.unit
}

/** The region whose organ decides: the one asked for or the one above it that offers the matter. */
function offeredAt(matter: Matter, asked: string | undefined): string {
  const regions = Object.keys(matter.organs)
  const region = regionOf(asked, '/region')
  const found = region === undefined ? regions[0] : regions.filter(one => isWithin(region, one)).sort((a, b) => b.replace(/0+$/, '').length - a.replace(/0+$/, '').length)[0]
  if (found === undefined) throw new Problem('matter-not-offered-here', { detail: region ?? '' })
  return found
}

function materialsMissing(missing: readonly { readonly id: string; readonly by: string }[], materials: Matter['materials']): Problem {
  return new Problem('materials-missing', {
    faults: missing.map(({ id, by }) => {
      const title = materials.find(material => material.id === id)!.title
      return { path: `/${by === 'promise' ? 'promises' : 'uploads'}/${id}`, code: 'materials-missing', message: t(`缺少：${title.zh}`, `Missing: ${title.en}`) }
    }),
  })
}

/** What whoever opened a case is answered. */
export function submitted(work: Work, { record }: WorkingCase): StoredAnswer {
  return {
    status: 201,
    body: {
      number: record.number, state: record.state, version: record.version, due: record.due,
      decision: record.values['decision'] ?? null,
      credentials: work.writes.credentials.map(row => ({ id: row.id, type: `${row.system}.${row.type}` })),
      next: record.entry.type.states[record.state]!.title,
    },
  }
}

function askerOf(actor: SignedIn, now: string, trace: string): Asker {
  return { subject: actor.subject, kind: actor.kind, trace, now, today: localDate(now) }
}
