import { validateCity } from '../../kernel/validate/city.ts'
import { systems } from '../../systems/registry.generated.ts'
import { CommandFailed } from '../failure.ts'

/** Checks every definition of this build; with `matters`, also what each matter lacks to be complete. */
export function runCheck(what: string | undefined): void {
  if (what !== undefined && what !== 'matters') throw new CommandFailed(`nothing called '${what}' to check; it is: check, or check matters`)
  const faults = validateCity(systems)
  for (const fault of faults) process.stdout.write(`${fault}\n`)
  if (what === 'matters') {
    for (const matter of systems.flatMap(system => system.matters ?? [])) {
      const unverified = matter.basis.filter(basis => !basis.verified).length
      const oneWay = matter.materials.filter(material => material.ways.length < 2).map(material => material.id)
      process.stdout.write(`${matter.code} ${matter.title.zh}: ${matter.basis.length} bases (${unverified} unverified), ${matter.questions.length} questions, ${matter.materials.length} materials${oneWay.length > 0 ? ` (one way only: ${oneWay.join(', ')})` : ''}, legal ${matter.limits.legal.n} ${matter.limits.legal.unit}, promised ${matter.limits.promised.n} ${matter.limits.promised.unit}\n`)
    }
  }
  if (faults.length > 0) throw new CommandFailed(`${faults.length} faults in the definitions`, 1)
  process.stdout.write(`${systems.length} systems checked, no fault\n`)
}
