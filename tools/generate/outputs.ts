// Everything that is generated and committed. `npm run generate` writes it; the checker compares it.
import type { System } from '../../kernel/system.ts'
import { catalogue } from '../../kernel/errors/catalogue.ts'
import { systemFolders } from '../check/systems.ts'
import type { Tree } from '../check/tree.ts'
import { errorsPath, renderErrors } from './errors-page.ts'
import { registryPath, renderRegistry } from './registry.ts'

/** One generated file. `render` is deterministic: the same tree gives the same text, to the byte. */
export interface Output {
  readonly path: string
  render(): string
}

/** Files written from one system's definition, `docs/systems/<id>.md` first of all. A renderer joins by its line here. */
const perSystem: readonly ((system: System) => Output)[] = []

export async function outputsFor(tree: Tree): Promise<Output[]> {
  const systems = perSystem.length === 0 ? [] : await definitions(tree)
  return [
    { path: registryPath, render: () => renderRegistry(tree) },
    { path: errorsPath, render: () => renderErrors(catalogue) },
    ...systems.flatMap((system) => perSystem.map((output) => output(system))),
  ]
}

/** Places where every file is generated, so that a left-over is noticed. */
export function isOutputPlace(path: string): boolean {
  return path.startsWith('docs/systems/')
}

async function definitions(tree: Tree): Promise<System[]> {
  const ids = systemFolders(tree).filter((id) => tree.has(`systems/${id}/system.ts`))
  return Promise.all(ids.map(async (id) => {
    const module = (await import(new URL(`../../systems/${id}/system.ts`, import.meta.url).href)) as { system: System }
    return module.system
  }))
}
