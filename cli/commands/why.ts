import { CommandFailed } from '../failure.ts'
import { clientOf, demoAccounts, signIn, urlOf } from '../client.ts'

/** Prints the chain of a case from a running server: request → move → effects → ledger leaf → messages. */
export async function runWhy(number: string, options: { readonly lang: string }, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  if (options.lang !== 'zh' && options.lang !== 'en') throw new CommandFailed(`no language '${options.lang}'; it is zh or en`)
  const url = urlOf({}, env)
  const token = env['ONEVISIT_TOKEN']
  const client = token ? clientOf(url, token) : await signIn(url, administrator(env))
  const { status, body } = await client.get(`/api/v1/cases/${encodeURIComponent(number)}/why?language=${options.lang}`)
  if (status !== 200) throw new CommandFailed(`${number}: ${body?.title ?? status}${body?.detail ? ` (${body.detail})` : ''}`, status === 404 ? 2 : 1)
  process.stdout.write(`${body.text}\n`)
}

function administrator(env: Readonly<Record<string, string | undefined>>) {
  const found = demoAccounts(env).find(account => account.roles.includes('administrator'))
  if (!found) throw new CommandFailed('no administrator among the demo accounts; set ONEVISIT_TOKEN')
  return found
}
