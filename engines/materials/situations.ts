/**
 * Situations (情形): a guide's questions, which open further questions and decide which materials apply. A question
 * without `when` is a root; one with `when` opens once every named question has one of the named answers.
 */

export type Condition = Readonly<Record<string, readonly string[]>>

export interface SituationQuestion {
  readonly id: string
  /** Answer → its title. */
  readonly answers: Readonly<Record<string, unknown>>
  readonly when?: Condition
  /** Answer → ids of materials it adds. */
  readonly materials?: Readonly<Record<string, readonly string[]>>
}

export interface SituationMaterial {
  readonly id: string
  readonly when?: Condition
}

export interface Situations {
  readonly questions: readonly SituationQuestion[]
  /** A material with `when`, or one that some answer adds, applies only then; any other always applies. */
  readonly materials: readonly SituationMaterial[]
}

export type Answers = Readonly<Record<string, string>>

export type SituationResult =
  | {
      readonly ok: true
      /** Ids of the materials that apply, in the order of the definition. */
      readonly materials: readonly string[]
      /** Questions that are open and unanswered. */
      readonly unanswered: readonly string[]
      /** Answers to questions that are not open: they have no effect. */
      readonly ignored: readonly string[]
    }
  | { readonly ok: false; readonly code: 'answer-unknown'; readonly question: string; readonly answer: string }
  | { readonly ok: false; readonly code: 'question-unknown'; readonly question: string }

/** What applies given the answers so far. Expects situations without problems. */
export function readSituations({ questions, materials }: Situations, answers: Answers): SituationResult {
  const byId = new Map(questions.map((question) => [question.id, question]))
  for (const [id, answer] of Object.entries(answers)) {
    const question = byId.get(id)
    if (!question) return { ok: false, code: 'question-unknown', question: id }
    if (!Object.hasOwn(question.answers, answer)) return { ok: false, code: 'answer-unknown', question: id, answer }
  }
  const open = openQuestions(questions, answers)
  const valid = Object.fromEntries(Object.entries(answers).filter(([id]) => open.has(id)))
  const added = new Set<string>()
  const addable = new Set<string>()
  for (const { id, materials: adds = {} } of questions) {
    for (const ids of Object.values(adds)) ids.forEach((material) => addable.add(material))
    const answer = answerOf(valid, id)
    if (answer !== undefined && Object.hasOwn(adds, answer)) adds[answer]!.forEach((material) => added.add(material))
  }
  const applies = ({ id, when }: SituationMaterial) => (when ? holds(when, valid) : !addable.has(id)) || added.has(id)
  return {
    ok: true,
    materials: materials.filter(applies).map(({ id }) => id),
    unanswered: questions.filter(({ id }) => open.has(id) && answerOf(valid, id) === undefined).map(({ id }) => id),
    ignored: Object.keys(answers).filter((id) => !open.has(id)),
  }
}

export type SituationProblem =
  | { readonly code: 'question-duplicate' | 'question-without-answers' | 'question-unreachable'; readonly question: string }
  | { readonly code: 'question-cycle'; readonly cycle: readonly string[] }
  | { readonly code: 'question-unknown'; readonly at: string; readonly question: string }
  | { readonly code: 'answer-unknown'; readonly at: string; readonly question: string; readonly answer: string }
  | { readonly code: 'material-duplicate' | 'material-unreachable'; readonly material: string }
  | { readonly code: 'material-undefined'; readonly at: string; readonly material: string }

/** Everything wrong with the definition; `at` is the question or material where it stands. Empty = sound. */
export function situationProblems({ questions, materials }: Situations): SituationProblem[] {
  const problems: SituationProblem[] = []
  const byId = new Map(questions.map((question) => [question.id, question]))
  const defined = new Set(materials.map(({ id }) => id))
  for (const id of duplicates(questions)) problems.push({ code: 'question-duplicate', question: id })
  for (const id of duplicates(materials)) problems.push({ code: 'material-duplicate', material: id })
  for (const { id, answers, when = {}, materials: adds = {} } of questions) {
    if (Object.keys(answers).length === 0) problems.push({ code: 'question-without-answers', question: id })
    problems.push(...conditionProblems(`question ${id}`, when, byId))
    for (const [answer, ids] of Object.entries(adds)) {
      if (!Object.hasOwn(answers, answer)) problems.push({ code: 'answer-unknown', at: `question ${id}`, question: id, answer })
      for (const material of ids) {
        if (!defined.has(material)) problems.push({ code: 'material-undefined', at: `question ${id}`, material })
      }
    }
  }
  for (const { id, when = {} } of materials) problems.push(...conditionProblems(`material ${id}`, when, byId))
  if (problems.length > 0) return problems

  const cycle = findCycle(questions, byId)
  if (cycle) return [{ code: 'question-cycle', cycle }]
  return unreachable(questions, materials, byId)
}

function openQuestions(questions: readonly SituationQuestion[], answers: Answers): Set<string> {
  const open = new Set<string>()
  for (let before = -1; before !== open.size; ) {
    before = open.size
    const valid = Object.fromEntries(Object.entries(answers).filter(([id]) => open.has(id)))
    for (const { id, when = {} } of questions) {
      if (holds(when, valid)) open.add(id)
    }
  }
  return open
}

function holds(when: Condition, answers: Answers): boolean {
  return Object.entries(when).every(([question, allowed]) => {
    const answer = answerOf(answers, question)
    return answer !== undefined && allowed.includes(answer)
  })
}

function answerOf(answers: Answers, question: string): string | undefined {
  return Object.hasOwn(answers, question) ? answers[question] : undefined
}

function conditionProblems(at: string, when: Condition, byId: ReadonlyMap<string, SituationQuestion>): SituationProblem[] {
  return Object.entries(when).flatMap(([question, allowed]): SituationProblem[] => {
    const asked = byId.get(question)
    if (!asked) return [{ code: 'question-unknown', at, question }]
    return allowed
      .filter((answer) => !Object.hasOwn(asked.answers, answer))
      .map((answer) => ({ code: 'answer-unknown', at, question, answer }))
  })
}

function duplicates(items: readonly { readonly id: string }[]): string[] {
  const ids = items.map(({ id }) => id)
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))]
}

/** A cycle of questions that open each other; each is opened by the next, the first is also the last. */
function findCycle(questions: readonly SituationQuestion[], byId: ReadonlyMap<string, SituationQuestion>): string[] | null {
  const settled = new Set<string>()
  const visit = (id: string, path: readonly string[]): string[] | null => {
    if (path.includes(id)) return [...path.slice(path.indexOf(id)), id]
    if (settled.has(id)) return null
    for (const opener of Object.keys(byId.get(id)!.when ?? {})) {
      const cycle = visit(opener, [...path, id])
      if (cycle) return cycle
    }
    settled.add(id)
    return null
  }
  for (const { id } of questions) {
    const cycle = visit(id, [])
    if (cycle) return cycle
  }
  return null
}

/**
 * Questions and materials that no set of answers reaches. A condition needs its questions open at the same time, so the
 * answers that each chain of openers fixes must be compatible.
 */
function unreachable(
  questions: readonly SituationQuestion[],
  materials: readonly SituationMaterial[],
  byId: ReadonlyMap<string, SituationQuestion>,
): SituationProblem[] {
  const isReachable = (when: Condition) => demand(when, byId, new Map()) !== null
  const deadQuestions = questions.filter(({ when = {} }) => !isReachable(when))
  const deadMaterials = materials.filter(({ when }) => when && !isReachable(when))
  return [
    ...deadQuestions.map(({ id }) => ({ code: 'question-unreachable' as const, question: id })),
    ...deadMaterials.map(({ id }) => ({ code: 'material-unreachable' as const, material: id })),
  ]
}

type Demand = ReadonlyMap<string, readonly string[]>

/** The answers a condition leaves for each question it rests on, directly or not; null when for some there is none. */
function demand(when: Condition, byId: ReadonlyMap<string, SituationQuestion>, sofar: Demand): Demand | null {
  let left = sofar
  for (const [question, allowed] of Object.entries(when)) {
    const before = left.get(question)
    const answers = before ? before.filter((answer) => allowed.includes(answer)) : allowed
    if (answers.length === 0) return null
    left = new Map([...left, [question, answers]])
    if (before) continue
    const opened = demand(byId.get(question)!.when ?? {}, byId, left)
    if (!opened) return null
    left = opened
  }
  return left
}
