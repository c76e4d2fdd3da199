/** Before an application is filed: questions left, the form with what the city knows, materials and how each is met. */
import { questionsFor, readSituations, resolveMaterials, evidenceKey, type Evidence, type Resolution } from '../../engines/materials/index.ts'
import { neededColumns, type Needs, type ResourceAnswers } from '../../engines/decision/index.ts'
import type { Answer } from '../../kernel/context.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Matter, Material } from '../../kernel/matter.ts'
import { schemaOf, type JsonSchema } from '../../kernel/schema.ts'
import { fault } from '../../kernel/values.ts'
import type { Surroundings } from '../cases/work.ts'
import { dueOf, startClock } from '../cases/clock.ts'

export interface Asker {
  readonly subject: string | null
  readonly kind: string
  readonly trace: string
  readonly now: string
  readonly today: string
}

export interface Prepared {
  readonly matter: string
  readonly edition: number
  /** Questions that are open and not answered yet. */
  readonly questions: Matter['questions']
  readonly schema: JsonSchema
  /** Prefilled from sources; the applicant may look, and change what the matter lets them. */
  readonly values: Readonly<Record<string, unknown>>
  readonly materials: readonly { readonly id: string; readonly title: Material['title']; readonly by: string; readonly status: string; readonly source: string | null; readonly sourceDown: boolean; readonly checkLater: boolean; readonly accept?: readonly string[]; readonly promise?: Material['title'] }[]
  readonly oneCertificate: boolean
  readonly due: { readonly legal: string | null; readonly promised: string | null; readonly provisional: boolean }
  readonly outages: readonly string[]
}

/** Sources asked for one application, every column once and none that it does not need. */
export async function askSources(around: Pick<Surroundings, 'gateway' | 'city'>, matter: Matter, applicant: string, asker: Asker, number: string | null, needs: Needs): Promise<ResourceAnswers> {
  const { system } = around.city.caseEntry(matter.case)
  const asked = await Promise.all([...neededColumns(matter, asker.today, needs)].map(async ([resource, fields]) => {
    const answers = await around.gateway.ask({
      resource, keys: [applicant], fields, purpose: `${matter.code} ${matter.title.zh}`, number: number ?? `prepare:${matter.code}`, system,
      actor: asker.subject, actorKind: asker.kind, trace: asker.trace, now: asker.now,
    })
    return [resource, answers[0]!] as const
  }))
  return new Map<string, Answer<Record<string, unknown>>>(asked)
}

export async function prepare(around: Surroundings, matter: Matter, applicant: string, answers: Readonly<Record<string, string>>, asker: Asker): Promise<Prepared> {
  const situation = situationOf(matter, answers)
  const sources = await askSources(around, matter, applicant, asker, null, { materials: situation.materials, decides: false })
  const materials = matter.materials.filter(material => situation.materials.includes(material.id))
  const resolution = await resolve(around, matter, materials, applicant, sources, { uploads: {}, promises: [] }, asker)
  return {
    matter: matter.code, edition: matter.edition,
    questions: matter.questions.filter(question => situation.unanswered.includes(question.id)),
    schema: schemaOf(matter.form), values: prefilled(matter, sources),
    materials: resolution.materials.map(state => {
      const material = materials.find(one => one.id === state.id)!
      const upload = material.ways.find(way => way.by === 'upload')
      const promise = material.ways.find(way => way.by === 'promise')
      return {
        id: state.id, title: material.title, by: state.by, status: state.status, source: state.source, sourceDown: state.sourceDown, checkLater: state.checkLater,
        ...(state.by === 'upload' && upload ? { accept: upload.accept } : {}), ...(state.by === 'promise' && promise ? { promise: promise.text } : {}),
      }
    }),
    oneCertificate: resolution.oneCertificate,
    due: dueOf(around.city.calendar, startClock({}, asker.now, matter.limits), asker.now),
    outages: resolution.outages,
  }
}

/** @throws Problem `invalid-request` for an answer or question that does not exist */
export function situationOf(matter: Matter, answers: Readonly<Record<string, string>>): { readonly materials: readonly string[]; readonly unanswered: readonly string[] } {
  const read = readSituations({ questions: matter.questions, materials: matter.materials }, answers)
  if (read.ok) return read
  throw new Problem('invalid-request', { faults: [fault(`/answers/${read.question}`, read.code === 'question-unknown' ? 'field-unknown' : 'field-choice')] })
}

/** Values of form fields that sources know. What a source does not know stays for the applicant. */
export function prefilled(matter: Matter, sources: ResourceAnswers): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {}
  for (const [field, { resource, column }] of Object.entries(matter.prefill ?? {})) {
    const answer = sources.get(resource)
    const value = answer?.state === 'found' ? answer.row[column] : null
    if (value !== null && value !== undefined) values[field] = value
  }
  return values
}

export interface Supplied {
  readonly uploads: Readonly<Record<string, readonly string[]>>
  readonly promises: readonly string[]
}

export async function resolve(around: Pick<Surroundings, 'db'>, matter: Matter, materials: readonly Material[], applicant: string, sources: ResourceAnswers, supplied: Supplied, asker: Asker): Promise<Resolution> {
  const evidence: Evidence[] = []
  for (const { key, way } of questionsFor(materials)) {
    if (way.by === 'data') {
      const answer = sources.get(way.resource)
      evidence.push({ key, source: way.resource, asOf: answer && 'asOf' in answer ? answer.asOf : asker.now, answer: dataAnswer(answer, way.fields) })
    }
  }
  evidence.push(...await credentialEvidence(around, materials, applicant, asker))
  for (const material of materials) {
    const promise = material.ways.find(way => way.by === 'promise')
    if (promise && supplied.promises.includes(material.id)) evidence.push({ key: evidenceKey(material.id, promise), source: 'applicant', asOf: asker.now, answer: 'found' })
    if ((supplied.uploads[material.id] ?? []).length > 0) evidence.push({ key: `upload:${material.id}`, source: 'applicant', asOf: asker.now, answer: 'found' })
  }
  return resolveMaterials(materials.map(material => ({ ...material })), evidence)
}

/** A record that lacks a needed column does not settle the material. */
function dataAnswer(answer: Answer<Record<string, unknown>> | undefined, fields: readonly string[]): Evidence['answer'] {
  if (answer === undefined) return 'refused'
  if (answer.state !== 'found') return answer.state
  return fields.every(field => answer.row[field] !== null && answer.row[field] !== undefined) ? 'found' : 'none'
}

async function credentialEvidence(around: Pick<Surroundings, 'db'>, materials: readonly Material[], applicant: string, asker: Asker): Promise<readonly Evidence[]> {
  const types = [...new Set(materials.flatMap(material => material.ways.flatMap(way => way.by === 'credential' ? [way.type] : [])))]
  if (types.length === 0) return []
  const { rows } = await around.db.query<{ type: string; status: string; valid_until: string | null; issuer: string; issued_at: string }>('credentials-held',
    `select system || '.' || type as type, status, valid_until, issuer, issued_at from onevisit.credential where holder = $1 and system || '.' || type = any($2) order by issued_at desc`, [applicant, types])
  return types.map(type => {
    const held = rows.filter(row => row.type === type)
    const valid = held.find(row => row.status === 'valid' && (row.valid_until === null || row.valid_until >= asker.today))
    return { key: `credential:${type}`, source: valid?.issuer ?? held[0]?.issuer ?? 'platform', asOf: asker.now, answer: valid ? 'found' : held.length > 0 ? 'expired' : 'none' }
  })
}
