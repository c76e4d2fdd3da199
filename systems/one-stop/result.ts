/** What an approval gives: the credential of the matter's result, its claims from facts. */
import type { MoveCtx } from '../../kernel/context.ts'
import type { Effect } from '../../kernel/effect.ts'
import { issue } from '../../kernel/effect.ts'
import type { Values } from '../../kernel/field.ts'
import { credentialRef } from '../../kernel/reference.ts'
import type { ApplicationFields } from '../../kernel/presets/service-case.ts'
import { resultFacts } from '../../engines/decision/index.ts'
import { factsFor } from './instant.ts'

export async function grant(values: Values<ApplicationFields>, ctx: MoveCtx): Promise<readonly Effect[]> {
  const result = ctx.matter?.result
  if (result === undefined) return []
  const facts = await factsFor(resultFacts(ctx.matter!), values, ctx)
  const claims = Object.fromEntries(Object.entries(result.claims).flatMap(([claim, name]) => {
    const fact = facts[name]
    return fact?.known ? [[claim, fact.value]] : []
  }))
  return [issue(credentialRef(result.credential), 'applicant', claims, result.validYears === undefined ? null : yearsLater(ctx.today, result.validYears))]
}

/** The day before the anniversary; 29 February becomes 28 February. */
export function yearsLater(day: string, years: number): string {
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  const anniversary = new Date(Date.UTC(year + years, month - 1, date))
  return new Date(anniversary.getTime() - 86_400_000).toISOString().slice(0, 10)
}
