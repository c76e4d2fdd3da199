/** The main journey on a running server, as its users walk it, each step printed with its clocks. */
import { CommandFailed } from '../failure.ts'
import { clientOf, demoAccounts, signIn, urlOf, type Answer, type Client, type DemoAccount } from '../client.ts'

interface Cast {
  readonly citizen: Client
  readonly unknown: Client
  readonly undecided: Client
  readonly approver: Client
  readonly reviewer: Client
}

export async function runDemo(options: { readonly url?: string }, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const url = urlOf(options, env)
  const accounts = demoAccounts(env)
  const as = (username: string) => signIn(url, find(accounts, username))
  const cast: Cast = { citizen: await as('citizen1'), unknown: await as('citizen2'), undecided: await as('citizen3'), approver: await as('approver1'), reviewer: await as('reviewer1') }
  const matter = await findMatter(clientOf(url))
  await instant(cast, matter, clientOf(url))
  await correctedAndReviewed(cast, matter, clientOf(url))
  await withdrawn(cast, matter)
  say('done', 'the main journey is complete')
}

async function findMatter(guest: Client): Promise<string> {
  const { body } = await need(guest.get(`/api/v1/matters?q=${encodeURIComponent('老年证')}`), 200, 'find a matter by everyday words')
  const [matter] = body.items
  if (!matter) throw new CommandFailed('the server offers no such matter', 1)
  say('find', `“老年证” → ${matter.title.zh} ${matter.title.en} ${matter.code}`)
  return matter.code
}

/** Everything is known to the city: nothing typed, nothing uploaded, decided in the same request. */
async function instant({ citizen }: Cast, matter: string, guest: Client): Promise<void> {
  const prepared = await need(citizen.post(`/api/v1/matters/${matter}/prepare`, { answers: { reason: 'first' } }), 200, 'prepare')
  say('prepare', `${Object.keys(prepared.body.values).length} fields filled by the city, ${prepared.body.materials.length} materials, uploads: ${prepared.body.materials.filter((one: { by: string }) => one.by === 'upload').length}, one certificate: ${prepared.body.oneCertificate}`, prepared)
  clocks(prepared.body.due)
  const filed = await need(citizen.post('/api/v1/cases', { matter, answers: { reason: 'first' }, values: {}, uploads: {}, promises: [], consent: true }), 201, 'apply')
  say('apply', `${filed.body.number} → ${filed.body.next.zh} ${filed.body.next.en}, rule ${filed.body.decision.edition}: ${filed.body.decision.judged.map((one: { predicate: string; verdict: string }) => `${one.predicate} ${one.verdict}`).join(', ')}`, filed)
  await verify(guest, filed.body.credentials[0].id)
}

/** A fact is unknown, so a person decides: correction once, acceptance, refusal, review, overturned. */
async function correctedAndReviewed({ unknown, approver, reviewer }: Cast, matter: string, guest: Client): Promise<void> {
  const filed = await need(unknown.post('/api/v1/cases', { matter, answers: { reason: 'first' }, values: {}, uploads: {}, promises: [], consent: true }), 201, 'apply')
  const { number } = filed.body
  const open = filed.body.decision.judged.filter((one: { verdict: string }) => one.verdict !== 'true').map((one: { predicate: string; verdict: string; reason?: string }) => `${one.predicate} ${one.verdict}${one.reason ? ` (${one.reason})` : ''}`)
  say('apply', `${number} → ${filed.body.next.zh} ${filed.body.next.en}; left to a person because ${open.join(', ')}`, filed)
  await step(approver, number, 'askCorrection', { correctionItems: [{ item: '邮寄地址', reason: '请写到门牌号', knowable: true }] })
  await step(unknown, number, 'supplement', { form: { address: '宁波市海曙区演示路 1 号 201 室' }, supplement: '已补充门牌号' })
  await step(approver, number, 'accept', {})
  await step(approver, number, 'refuse', { reasons: '人口库中户籍状态不明，未能核实' })
  await step(unknown, number, 'requestReview', { reviewGrounds: '户籍一直在本市，请再核实' })
  await step(reviewer, number, 'overturn', { conclusion: '经向派出所核实，户籍状态正常，撤销原决定' })
  const credentials = await need(unknown.get('/api/v1/credentials'), 200, 'credentials')
  await verify(guest, credentials.body.items[0].id)
}

async function withdrawn({ undecided }: Cast, matter: string): Promise<void> {
  const filed = await need(undecided.post('/api/v1/cases', { matter, answers: { reason: 'first' }, values: {}, uploads: {}, promises: [], consent: true }), 201, 'apply')
  say('apply', `${filed.body.number} → ${filed.body.next.zh} ${filed.body.next.en}`, filed)
  await step(undecided, filed.body.number, 'withdraw', {})
}

async function step(client: Client, number: string, move: string, values: object): Promise<void> {
  const { body: before } = await need(client.get(`/api/v1/cases/${number}`), 200, `read ${number}`)
  const moved = await need(client.post(`/api/v1/cases/${number}/moves/${move}`, { values, note: null, version: before.version }), 200, move)
  say(move, `${number} ${before.stateTitle.zh} → ${moved.body.stateTitle.zh} (${moved.body.stateTitle.en})`, moved)
  clocks(moved.body.due)
}

async function verify(guest: Client, id: string): Promise<void> {
  const verified = await need(guest.post('/api/v1/credentials/verify', { id }), 200, 'verify')
  say('verify', `${id} valid: ${verified.body.valid}`, verified)
  if (!verified.body.valid) throw new CommandFailed(`the credential is not valid: ${verified.body.reasons.join(', ')}`, 1)
}

async function need(answer: Promise<Answer>, status: number, what: string): Promise<Answer> {
  const got = await answer
  if (got.status !== status) throw new CommandFailed(`${what}: ${got.status} ${got.body?.code ?? ''} ${got.body?.title ?? ''} ${got.body?.detail ?? ''} ${JSON.stringify(got.body?.errors ?? '')}`, 1)
  return got
}

function find(accounts: readonly DemoAccount[], username: string): DemoAccount {
  const found = accounts.find(account => account.username === username)
  if (!found) throw new CommandFailed(`no demo account '${username}'`)
  return found
}

function say(step: string, text: string, answer?: Answer): void {
  process.stdout.write(`${step.padEnd(14)} ${text}${answer ? `  [${answer.ms.toFixed(0)} ms]` : ''}\n`)
}

function clocks(due: { readonly legal: string | null; readonly promised: string | null; readonly provisional?: boolean }): void {
  if (due.legal === null) return
  process.stdout.write(`${''.padEnd(14)} clocks: legal ${due.legal}, promised ${due.promised}${due.provisional ? ' (provisional: the calendar of that year is not published yet)' : ''}\n`)
}
