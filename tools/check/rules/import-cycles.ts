// No file may reach itself by its imports; type-only imports count, for they bind designs as well.
import type { Finding, Rule } from '../rule.ts'
import { codePaths, importsOf, resolveImport } from '../source.ts'
import type { Tree } from '../tree.ts'

type Graph = ReadonlyMap<string, ReadonlyMap<string, number>>

export const importCycles: Rule = {
  id: 'import-cycles',
  title: 'no import cycles among files',
  run: (tree) => {
    const graph = graphOf(tree)
    return components(graph).map((members) => describe(graph, members)).filter((finding) => finding !== undefined)
  },
}

/** File → imported file → line of the first import. */
function graphOf(tree: Tree): Graph {
  const graph = new Map<string, Map<string, number>>()
  for (const path of codePaths(tree)) {
    const edges = new Map<string, number>()
    for (const site of importsOf(tree, path)) {
      const target = site.specifier === null ? undefined : resolveImport(tree, path, site.specifier)
      if (target?.kind === 'file' && target.found && !edges.has(target.path)) edges.set(target.path, site.line)
    }
    graph.set(path, edges)
  }
  return graph
}

/** One finding a component: its shortest cycle through its first file. */
function describe(graph: Graph, members: ReadonlySet<string>): Finding | undefined {
  const start = [...members].sort()[0] ?? ''
  const cycle = shortestCycle(graph, start, members)
  if (!cycle) return undefined
  const line = graph.get(start)?.get(cycle[1] ?? start)
  const more = members.size > cycle.length - 1 ? ` (one of several cycles among ${members.size} files)` : ''
  return {
    path: start, ...(line === undefined ? {} : { line }),
    message: `import cycle ${cycle.join(' → ')}${more}; move what they share to a file that imports neither`,
  }
}

function shortestCycle(graph: Graph, start: string, within: ReadonlySet<string>): string[] | undefined {
  const cameFrom = new Map<string, string>()
  let frontier = [start]
  while (frontier.length > 0) {
    const next: string[] = []
    for (const path of frontier) {
      for (const to of graph.get(path)?.keys() ?? []) {
        if (to === start) return trail(cameFrom, start, path)
        if (!within.has(to) || cameFrom.has(to)) continue
        cameFrom.set(to, path)
        next.push(to)
      }
    }
    frontier = next
  }
  return undefined
}

/** From `start` along the way that led to `last`, and back to `start`. */
function trail(cameFrom: ReadonlyMap<string, string>, start: string, last: string): string[] {
  const back = [start]
  for (let at = last; at !== start; at = cameFrom.get(at) ?? start) back.push(at)
  return [start, ...back.slice(1).reverse(), start]
}

/** Strongly connected components that hold a cycle (Tarjan, with a stack of its own: file chains are deep). */
function components(graph: Graph): Set<string>[] {
  const index = new Map<string, number>()
  const low = new Map<string, number>()
  const open: string[] = []
  const isOpen = new Set<string>()
  const found: Set<string>[] = []

  const enter = (path: string): { path: string; edges: Iterator<string> } => {
    index.set(path, index.size)
    low.set(path, index.size - 1)
    open.push(path)
    isOpen.add(path)
    return { path, edges: (graph.get(path) ?? new Map<string, number>()).keys() }
  }
  const lower = (path: string, value: number): void => void low.set(path, Math.min(low.get(path) ?? value, value))

  for (const root of graph.keys()) {
    if (index.has(root)) continue
    const work = [enter(root)]
    for (let frame = work.at(-1); frame; frame = work.at(-1)) {
      const step = frame.edges.next()
      if (!step.done) {
        const seen = index.get(step.value)
        if (seen === undefined) work.push(enter(step.value))
        else if (isOpen.has(step.value)) lower(frame.path, seen)
        continue
      }
      work.pop()
      const parent = work.at(-1)
      if (parent) lower(parent.path, low.get(frame.path) ?? 0)
      if (low.get(frame.path) !== index.get(frame.path)) continue
      const members = new Set(open.splice(open.indexOf(frame.path)))
      for (const member of members) isOpen.delete(member)
      if (members.size > 1 || graph.get(frame.path)?.has(frame.path)) found.push(members)
    }
  }
  return found
}
