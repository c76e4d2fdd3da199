/** Instant decision of an application: asks the matter's sources through the gateway and judges its rule in force. */
import { decideInstantly, factNames, gatherFacts, neededColumns, type Fact, type InstantDecision, type ResourceAnswers } from '../../engines/decision/index.ts'
import type { MoveCtx } from '../../kernel/context.ts'
import type { Values } from '../../kernel/field.ts'
import { resourceRef } from '../../kernel/reference.ts'
import type { ApplicationFields } from '../../kernel/presets/service-case.ts'

type ApplicationValues = Values<ApplicationFields>

export async function decision(values: ApplicationValues, ctx: MoveCtx): Promise<InstantDecision> {
  const rules = ctx.matter?.instant ?? []
  if (rules.length === 0) return { outcome: 'refer', edition: null, judged: [] }
  return decideInstantly(rules, ctx.today, await factsFor(values, ctx))
}

/** Every fact of the matter's rules and result, known or not, with its source. */
export async function factsFor(values: ApplicationValues, ctx: MoveCtx): Promise<Readonly<Record<string, Fact>>> {
  const matter = ctx.matter!
  const form = Object.fromEntries(Object.entries(values.form).map(([name, value]) => [`form.${name}`, value]))
  const known = { ...form, 'case.region': ctx.case.region, 'case.today': ctx.today }
  return gatherFacts(factNames(matter), await sourcesFor(ctx), known, ctx.today)
}

async function sourcesFor(ctx: MoveCtx): Promise<ResourceAnswers> {
  const matter = ctx.matter!
  const applicant = ctx.case.parties['applicant']!.subject
  const asked = await Promise.all([...neededColumns(matter, ctx.today)].map(async ([resource, fields]) => {
    const [answer] = await ctx.ask(resourceRef(resource), [applicant], { fields: [...fields], purpose: `${matter.code} ${matter.title.zh}` })
    return [resource, answer!] as const
  }))
  return new Map(asked)
}
