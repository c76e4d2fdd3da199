/** The reasons of a case as plain text, a line a fact, for a terminal or a file. */
import type { Language, Text } from '../../kernel/text.ts'
import type { DataUse, Leaf, Move, PendingTimer, Request, SentEvent, SentMessage, Why } from './reasons.ts'

export function renderWhy(why: Why, language: Language): string {
  const say = (zh: string, en: string) => language === 'zh' ? zh : en
  const beside = besideLines(why.beside, language)
  const lines = [
    `${why.number}  ${why.title[language]} (${why.type})`,
    say(`状态：${why.stateTitle.zh}，版本 ${why.version}，${why.openedAt} 立案`, `${why.stateTitle.en}, version ${why.version}, opened ${why.openedAt}`)
      + (why.closedAt === null ? '' : say(`，${why.closedAt} 办结：${why.outcome}`, `, closed ${why.closedAt}: ${why.outcome}`)),
    ...why.parent === null ? [] : [say(`上级办件：${why.parent}`, `part of ${why.parent}`)],
    ...why.requests.flatMap(request => ['', ...requestLines(request, language)]),
    ...why.timers.length === 0 ? [] : ['', say('待触发', 'Will happen by itself'), ...why.timers.map(timer => `  ${timerLine(timer, language)}`)],
    ...beside.length === 0 ? [] : ['', say('各步骤之外', 'Beside the moves'), ...beside],
  ]
  return lines.join('\n') + '\n'
}

function requestLines(request: Request, language: Language): readonly string[] {
  const say = (zh: string, en: string) => language === 'zh' ? zh : en
  return [
    say(`${request.at}  请求 ${request.trace}`, `${request.at}  request ${request.trace}`),
    ...request.moves.flatMap(move => moveLines(move, language)),
    ...request.elsewhere.map(other => say(`  同时：${other.number} ${other.type} “${other.move}” → 版本 ${other.version}`, `  also ${other.number} ${other.type}: '${other.move}' → version ${other.version}`)),
    ...request.dataUses.map(use => `  ${dataUseLine(use, language)}`),
    ...request.credentials.map(credential => say(`  证照：${credential.type} ${credential.id}，${label(STATUS, credential.status).zh}`, `  credential: ${credential.type} ${credential.id}, ${label(STATUS, credential.status).en}`)),
    ...request.messages.map(message => `  ${messageLine(message, language)}`),
    ...request.deliveries.map(delivery => `  ${deliveryLine(delivery, language)}`),
    ...request.leaves.filter(leaf => !request.moves.some(move => move.leaf?.hash === leaf.hash)).map(leaf => `  ${leafLine(leaf, language)} (${leaf.kind})`),
  ]
}

function moveLines(move: Move, language: Language): readonly string[] {
  const say = (zh: string, en: string) => language === 'zh' ? zh : en
  const actor = `${label(ACTORS, move.by.kind)[language]} (${move.by.roleTitle[language]})`
  const ending = move.outcome === null || move.outcome === 'done' ? '' : say(`，结果 ${move.outcome}`, `, outcome ${move.outcome}`)
  return [
    say(`  ${move.version}. ${move.title.zh}：${move.from ?? '—'} → ${move.to}（${move.toTitle.zh}）${ending}，由${actor}`, `  ${move.version}. ${move.title.en}: ${move.from ?? '—'} → ${move.to} (${move.toTitle.en})${ending}, by ${actor}`)
      + (move.noted ? say('，写有理由', ', with a reason') : ''),
    ...move.effects.length === 0 ? [] : [say('     效果：', '     effects: ') + move.effects.map(effect => label(EFFECTS, effect.kind)[language] + (effect.ref === null ? '' : ` ${effect.ref}`)).join(say('、', ', '))],
    `     ${move.leaf === null ? say('账本：没有与此记录相符的条目', 'ledger: no leaf fits this record') : leafLine(move.leaf, language)}`,
  ]
}

function leafLine({ position, inclusion }: Leaf, language: Language): string {
  if (position === null) return language === 'zh' ? '账本：已写入，尚未编号' : 'ledger: written, not numbered yet'
  const within = inclusion === null ? '' : language === 'zh' ? `，共 ${inclusion.size} 条，根 ${inclusion.rootHash}` : ` of ${inclusion.size}, root ${inclusion.rootHash}`
  return language === 'zh' ? `账本：第 ${position} 条${within}` : `ledger: leaf ${position}${within}`
}

function dataUseLine({ resource, fields, purpose, answers }: DataUse, language: Language): string {
  const states = Object.entries(answers).map(([state, count]) => `${label(ANSWERS, state)[language]}${count === 1 ? '' : ` × ${count}`}`).join(language === 'zh' ? '、' : ', ')
  return language === 'zh' ? `用数：${resource} [${fields.join(', ')}]，用途“${purpose}”：${states}` : `data: ${resource} [${fields.join(', ')}] for "${purpose}": ${states}`
}

function messageLine({ to, createdAt, readAt }: SentMessage, language: Language): string {
  const whom = to === 'other' ? (language === 'zh' ? '其他人员' : 'somebody else') : to
  if (language === 'zh') return `消息：${createdAt} 发给 ${whom}，${readAt === null ? '未读' : `${readAt} 已读`}`
  return `message to ${whom} at ${createdAt}, ${readAt === null ? 'not read' : `read ${readAt}`}`
}

function deliveryLine({ webhook, type, attempts, deliveredAt, failedAt, lastStatus }: SentEvent, language: Language): string {
  const status = lastStatus === null ? '' : ` (${lastStatus})`
  const zh = deliveredAt !== null ? `${deliveredAt} 送达${status}` : failedAt !== null ? `${failedAt} 放弃${status}` : `未送达${status}，已试 ${attempts} 次`
  const en = deliveredAt !== null ? `delivered ${deliveredAt}${status}` : failedAt !== null ? `given up ${failedAt}${status}` : `not delivered yet${status}, ${attempts} tried`
  return language === 'zh' ? `回调 ${webhook}：${type}，${zh}` : `webhook ${webhook}: ${type}, ${en}`
}

function timerLine({ key, kind, move, due, provisional, attempts }: PendingTimer, language: Language): string {
  const what = `${label(TIMERS, kind)[language]} ${move ?? key}`
  const sure = provisional ? (language === 'zh' ? '（暂定）' : ' (provisional)') : ''
  const tried = attempts === 0 ? '' : language === 'zh' ? `，已失败 ${attempts} 次` : `, failed ${attempts} times`
  return `${due}${sure}  ${what}${tried}`
}

function besideLines({ messages, dataUses }: Why['beside'], language: Language): readonly string[] {
  return [
    ...dataUses.map(use => `  ${use.at}  ${dataUseLine(use, language)}`),
    ...messages.map(message => `  ${messageLine(message, language)}`),
  ]
}

/** A code this table does not know stands for itself. */
function label(table: Readonly<Record<string, Text>>, code: string): Text {
  return Object.hasOwn(table, code) ? table[code]! : { zh: code, en: code }
}

const ACTORS: Readonly<Record<string, Text>> = {
  person: { zh: '个人', en: 'a person' }, firm: { zh: '企业', en: 'a firm' }, staff: { zh: '工作人员', en: 'staff' }, app: { zh: '应用', en: 'an application' }, system: { zh: '系统', en: 'the system' },
}
const ANSWERS: Readonly<Record<string, Text>> = {
  found: { zh: '有', en: 'found' }, none: { zh: '无', en: 'none' }, down: { zh: '数据源不可用', en: 'source down' }, refused: { zh: '被拒绝', en: 'refused' },
}
const STATUS: Readonly<Record<string, Text>> = {
  valid: { zh: '有效', en: 'valid' }, suspended: { zh: '暂停', en: 'suspended' }, revoked: { zh: '已撤销', en: 'revoked' },
}
const TIMERS: Readonly<Record<string, Text>> = {
  move: { zh: '到期动作', en: 'move' }, remind: { zh: '提醒', en: 'reminder of' }, escalate: { zh: '督办', en: 'escalation of' }, childClosed: { zh: '子办件办结', en: 'a child closed:' }, wake: { zh: '唤醒', en: 'wake' },
}
const EFFECTS: Readonly<Record<string, Text>> = {
  move: { zh: '推进办件', en: 'move' }, open: { zh: '开办件', en: 'open' }, put: { zh: '写入数据', en: 'put' }, retract: { zh: '撤回数据', en: 'retract' }, set: { zh: '更改数据', en: 'set' }, observe: { zh: '记录观测', en: 'observe' },
  issue: { zh: '发证', en: 'issue' }, revoke: { zh: '变更证照', en: 'revoke' }, send: { zh: '发送事件', en: 'send' }, notify: { zh: '通知', en: 'notify' }, pay: { zh: '付款', en: 'pay' }, wake: { zh: '唤醒', en: 'wake' },
}
