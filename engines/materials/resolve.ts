/**
 * Material resolver: for every paper a matter asks for, the least burdensome way that works. Order: credential → shared
 * data → verification by a department → the applicant's promise → upload (sheet A1 5b). A source that is down never
 * makes a material missing: it is asked for otherwise, or accepted and checked later (容缺), and the outage is kept.
 */

/** The ways, from the least to the most burdensome. */
export const wayOrder = ['credential', 'data', 'verification', 'promise', 'upload'] as const
export type By = (typeof wayOrder)[number]

export interface Words {
  readonly zh: string
  readonly en: string
}

export type Way =
  | { readonly by: 'credential'; readonly type: string }
  | { readonly by: 'data'; readonly resource: string; readonly fields: readonly string[] }
  | { readonly by: 'verification'; readonly organ: string }
  | { readonly by: 'promise'; readonly text: Words }
  | { readonly by: 'upload'; readonly accept: readonly string[] }

export interface Material {
  /** Standard id, the same in every matter that asks for it. */
  readonly id: string
  readonly title: Words
  /** In any order; an upload is always possible in the end, declared or not. */
  readonly ways: readonly Way[]
  /** Overrides the matter's setting. */
  readonly whenDown?: WhenDown
}

/** When a source is down and nothing else settles it: ask the applicant, or accept and check later. */
export type WhenDown = 'upload' | 'checkLater'

/**
 * `found` settles a material: a valid credential, the data, a positive verification, a promise given, a file uploaded.
 * `none`: the source answers that there is nothing, or the verification was negative. `refused`: the source may not, or
 * the person will not, answer this way. `down` and `expired` are answers of sources only.
 */
export type Answer = 'found' | 'none' | 'down' | 'refused' | 'expired'

export interface Evidence {
  /** `evidenceKey` of the way that was tried. */
  readonly key: string
  readonly answer: Answer
  /** Who answered: issuer, organ, resource, applicant. */
  readonly source: string
  /** Instant in UTC that the answer is true of. */
  readonly asOf: string
}

/** Why a way does not apply. */
export interface Reason {
  readonly by: By
  readonly key: string
  readonly answer: Exclude<Answer, 'found'>
  readonly source: string
  readonly asOf: string
}

export interface MaterialState {
  readonly id: string
  readonly by: By
  /** needed: the applicant must act. pending: a source or a department must answer. */
  readonly status: 'satisfied' | 'needed' | 'pending'
  /** Accepted without it: `key` is to be checked when its source is back. Does not hold the case up. */
  readonly checkLater: boolean
  /** Key of the way named by `by`. */
  readonly key: string
  readonly source: string | null
  readonly asOf: string | null
  /** Ways above, and why they did not apply. */
  readonly reasons: readonly Reason[]
  readonly sourceDown: boolean
}

export interface Resolution {
  readonly materials: readonly MaterialState[]
  /** 一证通办: nothing falls to an upload. */
  readonly oneCertificate: boolean
  /** Nothing the applicant, or a source that answers, still owes. */
  readonly complete: boolean
  /** Keys of sources that were down. */
  readonly outages: readonly string[]
}

/** What a way asks, as text. Sources are asked once for all materials; promises and files belong to one. */
export function evidenceKey(materialId: string, way: Way): string {
  switch (way.by) {
    case 'credential':
      return `credential:${way.type}`
    case 'data':
      return `data:${way.resource}:${[...new Set(way.fields)].sort().join(',')}`
    case 'verification':
      return `verification:${way.organ}:${materialId}`
    case 'promise':
      return `promise:${materialId}`
    case 'upload':
      return `upload:${materialId}`
  }
}

/** A question to a source, for all the materials it may settle. */
export interface SourceQuestion {
  readonly key: string
  readonly way: Way
  readonly materials: readonly string[]
}

/** What to ask sources before resolving, each question once: credentials and data, and departments when `verify`. */
export function questionsFor(materials: readonly Material[], { verify = false } = {}): SourceQuestion[] {
  const questions = new Map<string, { key: string; way: Way; materials: string[] }>()
  for (const { id, ways } of materials) {
    for (const way of ways) {
      if (way.by === 'promise' || way.by === 'upload' || (way.by === 'verification' && !verify)) continue
      const key = evidenceKey(id, way)
      const question = questions.get(key) ?? { key, way, materials: [] }
      if (!question.materials.includes(id)) question.materials.push(id)
      questions.set(key, question)
    }
  }
  return [...questions.values()]
}

/** @param whenDown the matter's setting for materials that have none of their own */
export function resolveMaterials(materials: readonly Material[], evidence: readonly Evidence[], whenDown: WhenDown = 'upload'): Resolution {
  const known = latestByKey(evidence)
  const states = materials.map((material) => resolveOne(material, known, material.whenDown ?? whenDown))
  return {
    materials: states,
    oneCertificate: states.every(({ by }) => by !== 'upload'),
    complete: states.every(({ status, checkLater }) => status === 'satisfied' || checkLater),
    outages: [...new Set(states.flatMap(({ reasons }) => reasons.filter(({ answer }) => answer === 'down').map(({ key }) => key)))],
  }
}

interface KeyedWay {
  readonly by: By
  readonly key: string
}

function resolveOne(material: Material, known: ReadonlyMap<string, Evidence>, whenDown: WhenDown): MaterialState {
  const ways = orderedWays(material)
  const settled = ways.find(({ key }) => known.get(key)?.answer === 'found')
  const chosen = settled ?? nextWay(ways, known, whenDown)
  const reasons = ways.slice(0, ways.indexOf(chosen)).flatMap((way) => reasonOf(way, known))
  // A way chosen in spite of its outage is checked later; its outage is part of the result like any other.
  const isDown = !settled && !isBurden(chosen.by) && known.get(chosen.key)?.answer === 'down'
  const answer = settled ? known.get(settled.key) : undefined
  return {
    id: material.id,
    by: chosen.by,
    status: settled ? 'satisfied' : isBurden(chosen.by) ? 'needed' : 'pending',
    checkLater: isDown,
    key: chosen.key,
    source: answer?.source ?? null,
    asOf: answer?.asOf ?? null,
    reasons: isDown ? ways.flatMap((way) => (isBurden(way.by) ? [] : reasonOf(way, known))) : reasons,
    sourceDown: isDown || reasons.some(({ answer: why }) => why === 'down'),
  }
}

/** The way to go on with when none is settled: a source still to answer, a later check, a promise, an upload. */
function nextWay(ways: readonly KeyedWay[], known: ReadonlyMap<string, Evidence>, whenDown: WhenDown): KeyedWay {
  const upload = ways.at(-1)!
  const isOpen = ({ key }: KeyedWay) => !known.has(key)
  const sources = ways.filter(({ by }) => !isBurden(by))
  const asked = sources.find(isOpen)
  if (asked) return asked
  const down = sources.find(({ key }) => known.get(key)?.answer === 'down')
  if (down && whenDown === 'checkLater') return down
  return ways.find((way) => way.by === 'promise' && isOpen(way)) ?? upload
}

/** Ways the applicant has to do something for. */
function isBurden(by: By): boolean {
  return by === 'promise' || by === 'upload'
}

function orderedWays({ id, ways }: Material): KeyedWay[] {
  const keyed = ways.map((way) => ({ by: way.by, key: evidenceKey(id, way) }))
  const ordered = wayOrder.flatMap((by) => keyed.filter((way) => way.by === by))
  return ordered.at(-1)?.by === 'upload' ? ordered : [...ordered, { by: 'upload', key: `upload:${id}` }]
}

function reasonOf({ by, key }: KeyedWay, known: ReadonlyMap<string, Evidence>): Reason[] {
  const evidence = known.get(key)
  if (!evidence || evidence.answer === 'found') return []
  const { answer, source, asOf } = evidence
  return [{ by, key, answer, source, asOf }]
}

const answerRank: Readonly<Record<Answer, number>> = { found: 0, expired: 1, refused: 2, none: 3, down: 4 }

/** The newest answer of each key; of simultaneous ones the most favourable, so that the order given does not matter. */
function latestByKey(evidence: readonly Evidence[]): Map<string, Evidence> {
  const known = new Map<string, Evidence>()
  for (const next of evidence) {
    const before = known.get(next.key)
    const isNewer = !before || next.asOf > before.asOf
    const isBetter = before?.asOf === next.asOf && answerRank[next.answer] < answerRank[before.answer]
    if (isNewer || isBetter) known.set(next.key, next)
  }
  return known
}
