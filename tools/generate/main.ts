// `npm run generate`: writes the registries and pages that follow from folders and definitions.
import { resolve } from 'node:path'
import { writeOutputs } from './write.ts'

const changed = await writeOutputs(resolve(import.meta.dirname, '../..'))
for (const path of changed) console.log(`wrote ${path}`)
if (changed.length === 0) console.log('everything generated is fresh')
