/** What the applicant is told at each step. */
import type { MoveCtx } from '../../kernel/context.ts'
import type { Effect } from '../../kernel/effect.ts'
import { notify } from '../../kernel/effect.ts'
import type { Values } from '../../kernel/field.ts'
import type { ApplicationFields } from '../../kernel/presets/service-case.ts'
import { text as t, type Text } from '../../kernel/text.ts'

type Told = (values: Values<ApplicationFields>, ctx: MoveCtx) => Text

const bodies: Readonly<Record<string, Told>> = {
  apply: (_v, { case: c }) => t(`我们已收到您的申请，办件编号 ${c.number}。`, `We have received your application, number ${c.number}.`),
  accept: () => t('您的申请已受理。', 'Your application has been accepted.'),
  deemAccepted: (_v, { case: c }) => t(`行政机关未在期限内告知，您的申请自 ${dayOf(c.enteredAt)} 起视为受理。`, `Nothing was notified in time, so your application counts as accepted from ${dayOf(c.enteredAt)}.`),
  askCorrection: v => t(`请一次性补正：${items(v, 'zh')}`, `Please correct, all at once: ${items(v, 'en')}`),
  supplement: () => t('您补正的内容已收到。', 'Your corrections have been received.'),
  lapse: () => t('补正期限已过，本次申请终止，您可以重新申请。', 'The time for corrections is over and this application has ended; you may apply again.'),
  decline: v => t(`不予受理：${v.reasons}`, `Not accepted: ${v.reasons}`),
  redirect: v => t(`此事项不属本机关职权：${v.reasons}`, `This is not for this organ: ${v.reasons}`),
  startSpecial: v => t(`已启动特别程序，需 ${v.specialDays} 个工作日，期间不计入办理期限。`, `A special procedure of ${v.specialDays} working days has begun; it does not count towards the limit.`),
  endSpecial: () => t('特别程序已结束，继续计算办理期限。', 'The special procedure has ended; time counts again.'),
  extend: () => t('经本机关负责人批准，办理期限延长。', 'The limit has been lengthened with the approval of the head of the organ.'),
  approve: () => t('准予。证照已签发，可在“我的证照”查看。', 'Approved. Your credential has been issued.'),
  refuse: (v, { matter }) => t(`不予许可：${v.reasons} ${matter?.remedy.zh ?? ''}`, `Refused: ${v.reasons} ${matter?.remedy.en ?? ''}`),
  terminate: v => t(`本次申请终止：${v.reasons}`, `This application has ended: ${v.reasons}`),
  withdraw: () => t('您已撤回申请。', 'You have withdrawn your application.'),
  requestReview: () => t('您的复核申请已收到。', 'Your request for review has been received.'),
  uphold: v => t(`复核结论：维持原决定。${v.conclusion}`, `Review: the refusal stands. ${v.conclusion}`),
  overturn: v => t(`复核结论：撤销原决定，准予。${v.conclusion}`, `Review: the refusal is overturned, approved. ${v.conclusion}`),
}

export function told(move: string, values: Values<ApplicationFields>, ctx: MoveCtx): readonly Effect[] {
  const body = bodies[move]
  if (body === undefined) return []
  const title = ctx.matter?.title ?? t('办件', 'Case')
  return [notify('applicant', title, body(values, ctx))]
}

/** The day of an instant in Asia/Shanghai. */
function dayOf(instant: string): string {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 10)
}

function items(values: Values<ApplicationFields>, language: keyof Text): string {
  const list = (values.correctionItems ?? []).map(one => language === 'zh' ? `${one.item}（${one.reason}）` : `${one.item} (${one.reason})`)
  return list.join(language === 'zh' ? '；' : '; ')
}
