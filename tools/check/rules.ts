// The rules of the checker, in the order in which they are reported.
import type { Rule } from './rule.ts'
import { docsLinks } from './rules/docs-links.ts'
import { fileSize } from './rules/file-size.ts'
import { folderNames } from './rules/folder-names.ts'
import { importCycles } from './rules/import-cycles.ts'
import { ladder } from './rules/ladder.ts'
import { layerImports } from './rules/layer-imports.ts'
import { machinePaths } from './rules/machine-paths.ts'
import { noDefaultExport } from './rules/no-default-export.ts'
import { staleRegistry } from './rules/stale-registry.ts'
import { systemNames } from './rules/system-names.ts'

export const rules: readonly Rule[] = [
  layerImports, importCycles, folderNames, fileSize, systemNames, ladder, noDefaultExport, docsLinks, machinePaths, staleRegistry,
]
