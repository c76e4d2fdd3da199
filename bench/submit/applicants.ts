/** Residents who are due a senior citizen card, known to the population register, each with a session of their own. */
import { randomUUID } from 'node:crypto'
import { composeCitizenId } from '../../kernel/codes/citizen-id.ts'
import { put } from '../../kernel/effect.ts'
import { carryOut } from '../../runtime/cases/effects.ts'
import { finish } from '../../runtime/cases/finish.ts'
import { startWork, SYSTEM_ACTOR } from '../../runtime/cases/work.ts'
import type { Platform } from '../../runtime/platform.ts'
import { resident } from '../../systems/one-stop/facade.ts'

const REGION = '330203001000'
const BIRTH = '1955-06-01'

/** Bearer tokens. */
export async function makeApplicants(platform: Platform, count: number, now: string): Promise<readonly string[]> {
  const tokens: string[] = []
  for (let i = 1; i <= count; i++) {
    const name = `申请人${i}`
    const idNumber = composeCitizenId({ region: '330203', birth: BIRTH, sequence: i })
    const subject = await platform.subjects.register({ class: 'person', name, identity: idNumber, region: REGION }, now)
    const account = { username: `bench-${i}`, password: randomUUID() }
    await platform.accounts.create({ ...account, kind: 'person', subject, name, cheapHash: true }, now)
    const work = startWork(platform.surroundings, SYSTEM_ACTOR, now, randomUUID())
    await carryOut(work, null, [put(resident, [{ person: subject, name, idNumber, birthDate: BIRTH, sex: 'male', household: REGION, address: '宁波市海曙区测试路 1 号', status: 'alive' }])])
    await finish(work)
    tokens.push((await platform.accounts.signIn(account.username, account.password, now)).token)
  }
  return tokens
}
