/** Instant decision of an application: asks the matter's sources through the gateway and judges its rule in force. */
import { decideInstantly, factColumns, gatherFacts, ruleFacts, type Fact, type InstantDecision, type ResourceAnswers } from '../../engines/decision/index.ts'
import type { MoveCtx } from '../../kernel/context.ts'
import type { Values } from '../../kernel/field.ts'
import { resourceRef } from '../../kernel/reference.ts'
import type { ApplicationFields } from '../../kernel/presets/service-case.ts'

type ApplicationValues = Values<ApplicationFields>

export async function decision(values: ApplicationValues, ctx: MoveCtx): Promise<InstantDecision> {
  const rules = ctx.matter?.instant ?? []
  if (rules.length === 0) return { outcome: 'refer', edition: null, judged: [] }
  return decideInstantly(rules, ctx.today, await factsFor(ruleFacts(ctx.matter!, ctx.today), values, ctx))
}

/** The facts named, known or not, each with its source. No more is read of a person than these rest on. */
export async function factsFor(names: readonly string[], values: ApplicationValues, ctx: MoveCtx): Promise<Readonly<Record<string, Fact>>> {
  const form = Object.fromEntries(Object.entries(values.form).map(([name, value]) => [`form.${name}`, value]))
  const known = { ...form, 'case.region': ctx.case.region, 'case.today': ctx.today }
  return gatherFacts(names, await sourcesFor(names, ctx), known, ctx.today)
}

async function sourcesFor(names: readonly string[], ctx: MoveCtx): Promise<ResourceAnswers> {
  const matter = ctx.matter!
  const applicant = ctx.case.parties['applicant']!.subject
  const asked = await Promise.all([...factColumns(names)].map(async ([resource, fields]) => {
    const [answer] = await ctx.ask(resourceRef(resource), [applicant], { fields: [...fields], purpose: `${matter.code} ${matter.title.zh}` })
    return [resource, answer!] as const
  }))
  return new Map(asked)
}
