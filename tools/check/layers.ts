// The layer table: which part of the repository may import which. Everything not granted here is refused.

/** `$` is one system's id, the same on both sides; `*` is part of one path segment; `**` is anything. First match of `from` counts. */
export interface Grant {
  readonly from: string
  readonly to: readonly string[]
  readonly never?: readonly string[]
}

export const grants: readonly Grant[] = [
  { from: 'kernel/**', to: ['kernel/**'] },
  { from: 'engines/**', to: ['engines/**', 'kernel/**'] },
  { from: 'runtime/**', to: ['runtime/**', 'engines/**', 'kernel/**'] },
  { from: 'reference/**', to: ['reference/**', 'kernel/**'] },
  { from: 'systems/*.generated.ts', to: ['systems/*/system.ts', 'kernel/**'] },
  { from: 'systems/$/web/**', to: ['systems/$/web/**', 'web/kit/**'] },
  { from: 'systems/$/facade.ts', to: ['kernel/**'] },
  { from: 'systems/$/**', to: ['systems/$/**', 'engines/**', 'kernel/**'], never: ['systems/$/web/**'] },
  { from: 'server/**', to: ['server/**', 'runtime/**', 'systems/*.generated.ts', 'engines/**', 'kernel/**', 'reference/**', 'demo/**'] },
  { from: 'cli/**', to: ['cli/**', 'server/**', 'runtime/**', 'systems/*.generated.ts', 'engines/**', 'kernel/**', 'reference/**', 'demo/**'] },
  { from: 'demo/**', to: ['demo/**', 'systems/*/facade.ts', 'engines/**', 'kernel/**', 'reference/**'] },
  { from: 'web/**/*.generated.ts', to: ['web/**', 'systems/*/web/**'] },
  { from: 'web/**', to: ['web/**'] },
]

/** What a test (`*.test.ts`) or a testing helper (`testing.ts`) of any layer may import on top. */
export const testGrants: readonly string[] = ['runtime/**/testing.ts', 'runtime/**/testing-*.ts', 'reference/**']

/** Packages that only tests and testing helpers of a layer may import. */
export const testPackages: readonly string[] = ['vitest', 'fast-check', 'playwright-core']

/** The grant that binds a file, and the system it belongs to; undefined where imports are free. */
export function grantFor(path: string): { grant: Grant; system?: string } | undefined {
  for (const grant of grants) {
    const match = pattern(grant.from).exec(path)
    if (!match) continue
    const system = match.groups?.['system']
    return system === undefined ? { grant } : { grant, system }
  }
  return undefined
}

/** Whether `path` matches one of the patterns, `$` standing for `system`. */
export function matchesAny(path: string, patterns: readonly string[], system?: string): boolean {
  return patterns.some((one) => pattern(system === undefined ? one : one.replaceAll('$', system)).test(path))
}

const compiled = new Map<string, RegExp>()

function pattern(glob: string): RegExp {
  let regex = compiled.get(glob)
  if (!regex) {
    const source = glob.replace(/\*\*\/|\*\*|\*|\$|[.+?^{}()|[\]\\]/g, (token) => {
      if (token === '**/') return '(?:.*/)?'
      if (token === '**') return '.*'
      if (token === '*') return '[^/]*'
      return token === '$' ? '(?<system>[^/]+)' : `\\${token}`
    })
    compiled.set(glob, (regex = new RegExp(`^${source}$`)))
  }
  return regex
}
