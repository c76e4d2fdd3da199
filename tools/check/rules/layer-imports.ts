// Layers import downward only, and a system reaches another only through its facade.
import type { Finding, Rule } from '../rule.ts'
import { grantFor, matchesAny, testGrants, testPackages } from '../layers.ts'
import { codePaths, importsOf, isTest, resolveImport } from '../source.ts'
import type { ImportSite } from '../source.ts'
import { systemHead } from '../systems.ts'
import type { Tree } from '../tree.ts'

export const layerImports: Rule = {
  id: 'layer-imports',
  title: 'imports follow the layer table',
  run: (tree) => codePaths(tree).flatMap((path) => importsOf(tree, path).flatMap((site) => judge(tree, path, site))),
}

function judge(tree: Tree, from: string, site: ImportSite): Finding[] {
  const bound = grantFor(from)
  if (!bound) return []
  const { grant, system } = bound
  const testing = isTest(from) || isTestingHelper(from)
  const fault = (message: string): Finding[] => [{ path: from, line: site.line, message }]

  if (site.specifier === null) {
    return testing ? [] : fault('an import computed at run time cannot be checked; name the module in a string, or pass the value in')
  }
  const target = resolveImport(tree, from, site.specifier)
  if (target.kind === 'package') {
    if (target.name.startsWith('#')) return fault(`import alias '${site.specifier}' hides the layer; use a relative path`)
    if (!testing && testPackages.includes(target.name)) {
      return fault(`'${target.name}' is for tests; move this into a *.test.ts file or a testing.ts helper`)
    }
    return []
  }
  if (target.kind !== 'file') return fault(`'${site.specifier}' does not lead into the repository by a relative path; import a file of the repository or a package`)

  const to = target.path
  if (isTestingHelper(to) && !testing) return fault(`${to} is a helper for tests; only *.test.ts and testing.ts files may import it`)
  if (isTest(to)) return fault(`${to} is a test; move what both need into a file of its own`)
  if (testing && matchesAny(to, testGrants)) return []
  if (system !== undefined && isForeignFacade(to, system) && grant.from === 'systems/$/**') return judgeFacade(tree, from, site, system, to)
  const allowed = matchesAny(to, grant.to, system) && !matchesAny(to, grant.never ?? [], system)
  return allowed ? [] : fault(refusal(grant, system, to))
}

function judgeFacade(tree: Tree, from: string, site: ImportSite, system: string, to: string): Finding[] {
  const other = to.split('/')[1] ?? ''
  if (systemHead(tree, system)?.uses?.includes(other)) return []
  return [{ path: from, line: site.line, message: `${to} is the facade of '${other}', which systems/${system}/system.ts does not list; add '${other}' to its uses` }]
}

function refusal(grant: { from: string; to: readonly string[] }, system: string | undefined, to: string): string {
  const show = (glob: string): string => (system === undefined ? glob : glob.replaceAll('$', system))
  const other = /^systems\/([^/]+)\//.exec(to)?.[1]
  const mend = system !== undefined && other !== undefined && other !== system
    ? `ask for its rows by ctx.ask, or import systems/${other}/facade.ts and list '${other}' in uses`
    : 'pass the value in, or move what both need to a lower layer'
  return `${show(grant.from)} may import ${grant.to.map(show).join(', ')}; not ${to}; ${mend}`
}

function isForeignFacade(path: string, system: string): boolean {
  return /^systems\/[^/]+\/facade\.ts$/.test(path) && !path.startsWith(`systems/${system}/`)
}

/** Helpers for tests are named testing.ts or testing-<what>.ts, so that nobody takes them for product code. */
function isTestingHelper(path: string): boolean {
  return /(^|\/)testing(-[a-z]+)?\.ts$/.test(path)
}
