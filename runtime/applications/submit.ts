/** Files an application: pins the matter's edition, resolves materials again, opens the case, answers with its result. */
import type { PartyHeader } from '../../kernel/context.ts'
import { isProblem, Problem } from '../../kernel/errors/problem.ts'
import type { Matter } from '../../kernel/matter.ts'
import { text as t } from '../../kernel/text.ts'
import type { SignedIn } from '../access/actor.ts'
import type { SubjectBook } from '../accounts/subjects.ts'
import { localDate } from '../cases/clock.ts'
import type { CaseDesk } from '../cases/desk.ts'
import type { Surroundings, Work, WorkingCase } from '../cases/work.ts'
import { isWithin } from '../../kernel/codes/region-code.ts'
import type { Once, StoredAnswer } from '../idempotency.ts'
import { askSources, prefilled, prepare, resolve, situationOf, type Asker, type Prepared } from './prepare.ts'

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

export function openApplicationDesk(around: Surroundings & { readonly desk: CaseDesk; readonly subjects: SubjectBook }): ApplicationDesk {
  return {
    async prepare(actor, code, request, now, trace) {
      const matter = await around.matters.inForce(code, localDate(now))
      const { parties } = await partiesOf(around, actor, matter, request, localDate(now))
      offeredAt(matter, request.region)
      return prepare(around, matter, parties['applicant']!.subject, request.answers ?? {}, askerOf(actor, now, trace))
    },

    async submit(actor, request, now, trace, once) {
      const today = localDate(now)
      const matter = await pinned(around, request, today)
      const { parties, clerk } = await partiesOf(around, actor, matter, request, today)
      const applicant = parties['applicant']!
      const region = offeredAt(matter, request.region)
      const acceptingRegion = request.acceptingRegion ?? (clerk ? windowRegion(around, actor, matter) : undefined) ?? region
      const situation = situationOf(matter, request.answers ?? {})
      if (situation.unanswered.length > 0) throw new Problem('answers-missing', { more: { questions: situation.unanswered } })
      const asker = askerOf(actor, now, trace)
      const sources = await askSources(around, matter, applicant.subject, asker, null)
      const materials = matter.materials.filter(material => situation.materials.includes(material.id))
      const resolution = await resolve(around, matter, materials, applicant.subject, sources, { uploads: request.uploads ?? {}, promises: request.promises ?? [] }, asker)
      if (!resolution.complete) throw materialsMissing(resolution.materials.filter(state => state.status !== 'satisfied' && !state.checkLater).map(state => ({ id: state.id, by: state.by })), materials)
      try {
        return await around.desk.open({
          actor, type: matter.case, matter, parties, region, acceptingRegion, organ: matter.organs[region]!, now, trace, ...(once ? { once } : {}),
          given: {
            form: { ...prefilled(matter, sources), ...request.values }, consent: request.consent,
            answers: request.answers ?? {}, materials: resolution.materials, uploads: request.uploads ?? {}, promises: request.promises ?? [],
          },
          answer: submitted, asked: [...sources].map(([resource, answer]) => ({ resource, keys: [applicant.subject], answers: [answer] })),
        })
      } catch (error) {
        throw isProblem(error, 'live-case-exists') ? await withLiveNumber(around, error, matter, applicant.subject) : error
      }
    },

    async resupply(working, given, actor, now, trace) {
      const { matter, record } = working
      if (matter === null) return {}
      const asker = askerOf(actor, now, trace)
      const answers = (given['answers'] ?? record.values['answers'] ?? {}) as Record<string, string>
      const uploads = { ...record.values['uploads'] as object, ...given['uploads'] as object } as Record<string, readonly string[]>
      const promises = [...new Set([...(record.values['promises'] as string[] | null) ?? [], ...(given['promises'] as string[] | undefined) ?? []])]
      const situation = situationOf(matter, answers)
      const sources = await askSources(around, matter, record.parties['applicant']!.subject, asker, record.number)
      const materials = matter.materials.filter(material => situation.materials.includes(material.id))
      const resolution = await resolve(around, matter, materials, record.parties['applicant']!.subject, sources, { uploads, promises }, asker)
      const form = given['form'] === undefined ? {} : { form: { ...record.values['form'] as object, ...given['form'] as object } }
      return { ...form, answers, uploads, promises, materials: resolution.materials }
    },
  }
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
async function partiesOf(around: Surroundings & { readonly subjects: SubjectBook }, actor: SignedIn, matter: Matter, { applicant, agent }: Pick<ApplicationRequest, 'applicant' | 'agent'>, today: string): Promise<{ readonly parties: Readonly<Record<string, PartyHeader>>; readonly clerk: boolean }> {
  const { system, type } = around.city.caseEntry(matter.case)
  const principal = applicant === undefined || applicant === actor.subject ? { id: actor.subject, class: actor.class } : await around.subjects.find(applicant)
  if (!matter.audience.includes(principal.class)) throw new Problem('matter-audience', { detail: t(`面向：${matter.audience.join('、')}`, `for: ${matter.audience.join(', ')}`) })
  const parties: Record<string, PartyHeader> = { applicant: { subject: principal.id, class: principal.class } }
  if (principal.id === actor.subject) return { parties, clerk: false }
  const clerkPosts = Object.keys(type.posts).filter(post => [type.opening.by].flat().includes(`post:${post}`)).map(post => `${system}.${post}`)
  if (actor.kind === 'staff' && actor.holdings.some(holding => clerkPosts.includes(holding.post))) return { parties: { ...parties, ...agent === undefined ? {} : { agent: await agentFor(around, agent, principal.id, matter, today) } }, clerk: true }
  return { parties: { ...parties, agent: await agentFor(around, actor.subject, principal.id, matter, today) }, clerk: false }
}

/** @throws Problem `mandate-missing` */
async function agentFor(around: { readonly subjects: SubjectBook }, agent: string, principal: string, matter: Matter, today: string): Promise<PartyHeader> {
  if (!await around.subjects.mandated(agent, principal, matter.code, today)) throw new Problem('mandate-missing')
  return { subject: agent, class: 'person' }
}

function windowRegion(around: Surroundings, actor: SignedIn, matter: Matter): string | undefined {
  const { system } = around.city.caseEntry(matter.case)
  return actor.holdings.find(holding => holding.post.startsWith(`${system}.`) && /^\d{12}$/.test(holding.unit))?.unit
}

/** The region whose organ decides: the one asked for or the one above it that offers the matter. */
function offeredAt(matter: Matter, region: string | undefined): string {
  const regions = Object.keys(matter.organs)
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

async function withLiveNumber(around: Surroundings, error: Problem, matter: Matter, applicant: string): Promise<Problem> {
  const { system, name } = around.city.caseEntry(matter.case)
  const { rows } = await around.db.query<{ number: string }>('case-live', 'select number from onevisit.cases where system = $1 and live_key = $2', [system, `${name}/${matter.code}/${applicant}`])
  return new Problem('live-case-exists', { cause: error, more: rows[0] ? { number: rows[0].number, link: `/api/v1/cases/${rows[0].number}` } : {} })
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
