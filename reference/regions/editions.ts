/** Dated versions of region codes, derived from successive editions of the code table. Pure; `build.ts` feeds it. */

/** One edition. Its day is known only to lie in `[earliest, latest]`. */
export interface Edition {
  readonly id: string
  readonly earliest: string
  readonly latest: string
  /** 6-digit code → name. */
  readonly names: ReadonlyMap<string, string>
  /** Whether the code's absence from this edition means anything. */
  covers(code: string): boolean
}

/** A 6-digit code as it stood. Dates: first day in force, first day no longer; the widest that the editions allow. */
export interface DatedCode {
  readonly code: string
  readonly name: string
  readonly from?: string
  readonly to?: string
  /** The edition that first lists it, unless that is the first that could. */
  readonly began?: string
  /** The first edition that lists it no more, under any name. */
  readonly ended?: string
  readonly byDocument?: boolean
  readonly successors?: readonly string[]
}

/** A change whose new codes, and perhaps day, somebody looked up. */
export interface Change {
  readonly code: string
  /** Absent: the day stays what the editions allow. */
  readonly day?: string
  readonly successors: readonly string[]
}

/** Editions oldest first. A gap between two appearances under one name is the editions' fault, not an abolition. */
export function versionsFrom(editions: readonly Edition[]): DatedCode[] {
  const codes = [...new Set(editions.flatMap((edition) => [...edition.names.keys()]))].sort()
  return codes.flatMap((code) => versionsOf(code, editions.filter((edition) => edition.covers(code) || edition.names.has(code))))
}

function versionsOf(code: string, editions: readonly Edition[]): DatedCode[] {
  return runsOf(code, editions).map((run, i, runs) => {
    const first = editions[run.first]
    const last = editions[run.last + 1]
    const renamedFrom = runs[i - 1]?.last === run.first - 1
    const renamedTo = runs[i + 1]?.first === run.last + 1
    const from = renamedFrom ? first?.latest : editions[run.first - 1]?.earliest
    return {
      code, name: run.name,
      ...(from === undefined ? {} : { from }), ...(last === undefined ? {} : { to: last.latest }),
      ...(from === undefined || renamedFrom || first === undefined ? {} : { began: first.id }),
      ...(last === undefined || renamedTo ? {} : { ended: last.id }),
    }
  })
}

/** Stretches of editions that list the code under one name; a gap within one is bridged. */
function runsOf(code: string, editions: readonly Edition[]): { name: string; first: number; last: number }[] {
  const runs: { name: string; first: number; last: number }[] = []
  editions.forEach((edition, i) => {
    const name = edition.names.get(code)
    if (name === undefined) return
    const open = runs.at(-1)
    if (open?.name === name) open.last = i
    else runs.push({ name, first: i, last: i })
  })
  return runs
}

/**
 * Names the successor of a code that vanished when the edition that dropped it brought exactly one new code of its level
 * and province under the same name but for the rank: 奉化市 → 奉化区, 青田县 → 青田县 under a new prefecture.
 */
export function withSuccessors(versions: readonly DatedCode[]): DatedCode[] {
  return versions.map((gone) => {
    if (gone.ended === undefined || stemOf(gone.name) === '') return gone
    const heirs = versions.filter((born) => born.began === gone.ended && sameRank(born.code, gone.code) && stemOf(born.name) === stemOf(gone.name))
    return heirs.length === 1 && heirs[0] !== undefined ? { ...gone, successors: [heirs[0].code] } : gone
  })
}

/** Applies looked-up changes: the old code's heirs and end, and the beginning of heirs that began with that end. */
export function withChanges(versions: readonly DatedCode[], changes: readonly Change[]): DatedCode[] {
  const ended = versions.map((version) => {
    const change = changes.find((candidate) => candidate.code === version.code)
    if (change === undefined || version.ended === undefined) return version
    return { ...version, successors: change.successors, ...(change.day === undefined ? {} : { to: change.day, byDocument: true }) }
  })
  return ended.map((version) => {
    const cause = ended.find((gone) => gone.byDocument === true && gone.ended === version.began && gone.successors?.includes(version.code))
    return cause?.to === undefined ? version : { ...version, from: cause.to, byDocument: true }
  })
}

function sameRank(a: string, b: string): boolean {
  return a !== b && a.slice(0, 2) === b.slice(0, 2) && a.endsWith('00') === b.endsWith('00')
}

/** Name without its rank: 奉化市, 奉化区, 奉化县 → 奉化. Empty for names that only group others. */
function stemOf(name: string): string {
  return /^(市辖区|县|郊区|城区|矿区|新区)$/.test(name) ? '' : name.replace(/(市|地区|区|县|盟|旗)$/, '')
}
