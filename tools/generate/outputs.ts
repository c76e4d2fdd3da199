// Everything that is generated and committed. `npm run generate` writes it; the checker compares it.
import type { System } from '../../kernel/system.ts'
import { catalogue } from '../../kernel/errors/catalogue.ts'
import { systemFolders } from '../check/systems.ts'
import type { Tree } from '../check/tree.ts'
import { errorsPath, renderErrors } from './errors-page.ts'
import { registryPath, renderRegistry } from './registry.ts'
import { renderSnapshot, snapshotPath } from './schema-snapshot.ts'
import { renderSystemPage, systemPagePath } from './system-page.ts'

/** One generated file. `render` is deterministic: the same tree gives the same text, to the byte. */
export interface Output {
  readonly path: string
  render(): string
}

/** Files written from one system's definition, `docs/systems/<id>.md` first of all. A renderer joins by its line here. */
const perSystem: readonly ((system: System, tree: Tree) => Output)[] = [
  (system) => ({ path: systemPagePath(system), render: () => renderSystemPage(system) }),
  (system, tree) => ({ path: snapshotPath(system), render: () => renderSnapshot(system, tree.get(snapshotPath(system))) }),
]

export async function outputsFor(tree: Tree, load: (id: string) => Promise<System> = loadSystem): Promise<Output[]> {
  const ids = systemFolders(tree).filter((id) => tree.has(`systems/${id}/system.ts`))
  const systems = await Promise.all(ids.map(load))
  return [
    { path: registryPath, render: () => renderRegistry(tree) },
    { path: errorsPath, render: () => renderErrors(catalogue) },
    ...systems.flatMap((system) => perSystem.map((output) => output(system, tree))),
  ]
}

/** Places where every file is generated, so that a left-over is noticed. */
export function isOutputPlace(path: string): boolean {
  return path.startsWith('docs/systems/')
}

async function loadSystem(id: string): Promise<System> {
  const module = (await import(new URL(`../../systems/${id}/system.ts`, import.meta.url).href)) as { system: System }
  return module.system
}
