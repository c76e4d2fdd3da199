/** One application that is left to a person, filed through the application desk: what the bulk load copies. */
import { composeCitizenId } from '../../kernel/codes/citizen-id.ts'
import { randomUUID } from 'node:crypto'
import type { SignedIn } from '../../runtime/access/actor.ts'
import type { Platform } from '../../runtime/platform.ts'
import { elderlyCardMatter } from '../../systems/one-stop/matters/elderly-card.ts'

/** Its number. The register does not know the person, so the form is typed and a paper promised. */
export async function openTemplate(platform: Platform, now: string): Promise<string> {
  const name = '周小满'
  const identity = composeCitizenId({ region: '330203', birth: '1950-04-01', sequence: 1 })
  const subject = await platform.subjects.register({ class: 'person', name, identity, region: '330203001000' }, now)
  const actor: SignedIn = { account: randomUUID(), kind: 'person', subject, class: 'person', name, holdings: [] }
  const { body } = await platform.applications.submit(actor, {
    matter: elderlyCardMatter.code, answers: { reason: 'first' },
    values: { name, idNumber: identity, birthDate: '1950-04-01', household: '330203001001', address: '宁波市海曙区演示路 1 号' },
    promises: ['household'], uploads: { identity: [randomUUID()] }, consent: true,
  }, now, randomUUID())
  const { number, state } = body as { readonly number: string; readonly state: string }
  if (state !== 'submitted') throw new Error(`the template case is '${state}', not 'submitted'`)
  return number
}
