/**
 * The preset of applications (依申请办件): receipt, one-time correction, acceptance, special procedure, decision, and
 * the applicant's rights to withdraw and to have a refusal reviewed. Limits are named here and given by each matter's
 * edition: `accept`, `correction`, `extension`, `review`, besides `legal` and `promised`.
 * Legal source: 行政许可法 arts. 32, 42, 44, 45 (domain sheet 0.2 [C:8]).
 */
import { defineCase, type Maybe } from '../case.ts'
import type { MoveCtx } from '../context.ts'
import type { Effect } from '../effect.ts'
import { consentField, dateField, formField, integerField, jsonField, listField, recordField, textField, choiceField, yesNoField, type Values } from '../field.ts'
import { text as t, type Text } from '../text.ts'

/** What the material resolver found for one material, as kept with the case. */
export interface ResolvedMaterial {
  readonly id: string
  readonly by: string
  readonly status: string
  readonly key: string
  readonly source: string | null
  readonly asOf: string | null
  readonly checkLater: boolean
  readonly reasons: readonly unknown[]
}

/** Fields of every application. The runtime fills the first group from what the applicant sends and what it resolves. */
export const applicationFields = {
  form: formField(t('申请表', 'Application form'), { required: true }),
  answers: jsonField<Readonly<Record<string, string>>>(t('情形', 'Situation')),
  materials: jsonField<readonly ResolvedMaterial[]>(t('材料', 'Materials')),
  uploads: jsonField<Readonly<Record<string, readonly string[]>>>(t('上传的文件', 'Uploaded files')),
  promises: jsonField<readonly string[]>(t('告知承诺', 'Promises given')),
  consent: consentField(t('本人同意为办理此事核验我的数据', 'I agree that my data are verified for this matter'), { required: true }),
  decision: jsonField<Readonly<Record<string, unknown>>>(t('决定依据', 'Grounds of the decision')),
  correctionItems: listField(t('补正内容', 'What to correct'), recordField(t('一项', 'Item'), {
    item: textField(t('材料或栏目', 'Material or field'), { required: true, maxLength: 100 }),
    reason: textField(t('原因', 'Reason'), { required: true, maxLength: 500 }),
    knowable: yesNoField(t('首次即可发现', 'Could have been seen the first time')),
  }, { required: true }), { maxLength: 50 }),
  corrections: integerField(t('补正次数', 'Corrections asked'), { min: 0 }),
  supplement: textField(t('补正说明', 'What was supplied'), { maxLength: 1_000 }),
  reasons: textField(t('理由', 'Reasons'), { maxLength: 2_000 }),
  specialKind: choiceField(t('特别程序', 'Special procedure'), {
    hearing: t('听证', 'Hearing'), tender: t('招标', 'Tender'), auction: t('拍卖', 'Auction'), inspection: t('检验', 'Inspection'),
    testing: t('检测', 'Testing'), quarantine: t('检疫', 'Quarantine'), appraisal: t('鉴定', 'Appraisal'), expertReview: t('专家评审', 'Expert review'),
  }),
  specialDays: integerField(t('所需工作日', 'Working days it takes'), { min: 1, max: 365 }),
  reviewGrounds: textField(t('复核理由', 'Grounds for review'), { maxLength: 2_000 }),
  refusedOn: dateField(t('不予许可日期', 'Day of the refusal')),
  conclusion: textField(t('复核结论', 'Conclusion of the review'), { maxLength: 2_000 }),
}

export type ApplicationFields = typeof applicationFields

export interface ServiceCaseParts {
  readonly title: Text
  readonly about: Text
  /** Approves at once, or leaves it to a person; it never refuses. Also gives what to keep with the case. */
  readonly instant: (values: Values<ApplicationFields>, ctx: MoveCtx) => Maybe<'instant' | 'person'>
  /** The predicates, facts, sources and rule edition behind `instant`, kept with the case. */
  readonly grounds: (values: Values<ApplicationFields>, ctx: MoveCtx) => Maybe<Readonly<Record<string, unknown>> | null>
  /** What an approval gives: as a rule the credential of the matter's result. */
  readonly grant: (values: Values<ApplicationFields>, ctx: MoveCtx) => Maybe<readonly Effect[]>
  /** What is written when a correction is asked for again though it could have been asked the first time. */
  readonly violation: (values: Values<ApplicationFields>, ctx: MoveCtx) => readonly Effect[]
  readonly told: (move: string, values: Values<ApplicationFields>, ctx: MoveCtx) => readonly Effect[]
}

/** A case type for matters; a system gives the decision and the result. */
export function serviceCase(parts: ServiceCaseParts) {
  const { grant, told } = parts
  return defineCase({
    title: parts.title,
    about: parts.about,
    fields: applicationFields,
    oneLive: true,
    parties: {
      applicant: { title: t('申请人', 'Applicant'), classes: ['person', 'enterprise', 'socialOrganisation', 'publicInstitution', 'organ'], required: true },
      agent: { title: t('代理人', 'Agent'), classes: ['person'], actsFor: 'applicant' },
    },
    posts: {
      clerk: { title: t('综合窗口', 'Window clerk'), at: 'acceptingRegion' },
      approver: { title: t('审批人员', 'Approver'), at: 'organ' },
      chief: { title: t('首席代表', 'Chief representative'), at: 'organ' },
      reviewer: { title: t('复核人员', 'Reviewer'), at: 'organ' },
    },
    sees: { applicant: 'all', agent: 'all', 'post:clerk': 'all', 'post:approver': 'all', 'post:chief': 'all', 'post:reviewer': 'all' },
    states: {
      submitted: { title: t('已收件', 'Received'), clock: 'stopped', responsible: 'post:approver' },
      correcting: { title: t('待补正', 'Awaiting correction'), clock: 'stopped', responsible: 'applicant' },
      accepted: { title: t('审查中', 'Under examination'), clock: 'running', responsible: 'post:approver' },
      special: { title: t('特别程序', 'Special procedure'), clock: 'paused', responsible: 'system' },
      approved: { title: t('准予', 'Approved'), clock: 'stopped', outcome: 'approved' },
      refused: { title: t('不予许可', 'Refused'), clock: 'stopped', outcome: 'refused' },
      notAccepted: { title: t('不予受理', 'Not accepted'), clock: 'stopped', outcome: 'notAccepted' },
      notOurs: { title: t('不属本机关', 'Not this organ'), clock: 'stopped', outcome: 'notOurs' },
      withdrawn: { title: t('已撤回', 'Withdrawn'), clock: 'stopped', outcome: 'withdrawn' },
      terminated: { title: t('已终止', 'Terminated'), clock: 'stopped', outcome: 'terminated' },
      reviewing: { title: t('复核中', 'Under review'), clock: 'stopped', responsible: 'post:reviewer' },
      upheld: { title: t('维持原决定', 'Refusal upheld'), clock: 'stopped', outcome: 'upheld' },
    },
    opening: {
      title: t('申请', 'Apply'), by: ['applicant', 'agent', 'post:clerk'],
      asks: ['form', 'consent'], takes: ['answers', 'materials', 'uploads', 'promises', 'decision'],
      to: { instant: 'approved', person: 'submitted' },
      decide: parts.instant,
      derive: async (values, ctx) => ({ decision: await parts.grounds(values, ctx), corrections: 0 }),
      effects: async (values, ctx, outcome) => [...told('apply', values, ctx), ...(outcome === 'instant' ? await grant(values, ctx) : [])],
    },
    moves: {
      accept: {
        title: t('受理', 'Accept'), from: 'submitted', to: 'accepted', by: ['post:approver', 'post:clerk'],
        within: { limit: 'accept' }, remind: { workingDays: 1 },
        effects: (values, ctx) => told('accept', values, ctx),
      },
      deemAccepted: {
        title: t('视为受理', 'Deemed accepted'), from: 'submitted', to: 'accepted', by: 'system', on: 'timer',
        // 自收到申请材料之日起即为受理: receipt of the application or, after a correction, of what was corrected.
        within: { limit: 'accept' }, clock: { from: 'entered' },
        effects: (values, ctx) => told('deemAccepted', values, ctx),
      },
      askCorrection: {
        title: t('一次性告知补正', 'Ask for corrections, once'), from: 'submitted', to: 'correcting', by: ['post:approver', 'post:clerk'],
        asks: ['correctionItems'], within: { limit: 'accept' }, optional: true,
        derive: values => ({ corrections: (values.corrections ?? 0) + 1 }),
        effects: (values, ctx) => [
          ...told('askCorrection', values, ctx),
          ...((values.corrections ?? 0) > 1 && values.correctionItems?.some(item => item.knowable !== false) ? parts.violation(values, ctx) : []),
        ],
      },
      supplement: {
        title: t('补正', 'Supply corrections'), from: 'correcting', to: 'submitted', by: ['applicant', 'agent', 'post:clerk'],
        takes: ['form', 'answers', 'materials', 'uploads', 'promises', 'supplement'], within: { limit: 'correction' }, remind: { workingDays: 1 },
        effects: (values, ctx) => told('supplement', values, ctx),
      },
      lapse: {
        title: t('逾期未补正，终止', 'Not corrected in time'), from: 'correcting', to: 'terminated', by: 'system', on: 'timer',
        within: { limit: 'correction' },
        effects: (values, ctx) => told('lapse', values, ctx),
      },
      decline: {
        title: t('不予受理', 'Decline'), from: 'submitted', to: 'notAccepted', by: 'post:approver', asks: ['reasons'], note: 'required', optional: true, confirm: true,
        effects: (values, ctx) => told('decline', values, ctx),
      },
      redirect: {
        title: t('不属本机关', 'Not this organ'), from: 'submitted', to: 'notOurs', by: ['post:approver', 'post:clerk'], asks: ['reasons'], optional: true, confirm: true,
        effects: (values, ctx) => told('redirect', values, ctx),
      },
      startSpecial: {
        title: t('启动特别程序', 'Start a special procedure'), from: 'accepted', to: 'special', by: 'post:approver',
        asks: ['specialKind', 'specialDays'], note: 'required', optional: true, clock: { noticeDays: 'specialDays' },
        effects: (values, ctx) => told('startSpecial', values, ctx),
      },
      endSpecial: {
        title: t('特别程序结束', 'End the special procedure'), from: 'special', to: 'accepted', by: 'post:approver',
        effects: (values, ctx) => told('endSpecial', values, ctx),
      },
      extend: {
        title: t('延长期限', 'Lengthen the limit'), from: 'accepted', to: 'accepted', by: 'post:chief', note: 'required', optional: true,
        clock: { extend: 'extension' },
        effects: (values, ctx) => told('extend', values, ctx),
      },
      approve: {
        title: t('准予', 'Approve'), from: 'accepted', to: 'approved', by: 'post:approver',
        within: { limit: 'promised' }, remind: { workingDays: 1 }, escalate: 'post:chief',
        effects: async (values, ctx) => [...told('approve', values, ctx), ...await grant(values, ctx)],
      },
      refuse: {
        title: t('不予许可', 'Refuse'), from: 'accepted', to: 'refused', by: 'post:approver', asks: ['reasons'], confirm: true,
        within: { limit: 'promised' },
        derive: (_values, ctx) => ({ refusedOn: ctx.today }),
        effects: (values, ctx) => told('refuse', values, ctx),
      },
      terminate: {
        title: t('终止', 'Terminate'), from: ['submitted', 'correcting', 'accepted', 'special'], to: 'terminated', by: 'post:approver',
        asks: ['reasons'], note: 'required', optional: true, confirm: true,
        effects: (values, ctx) => told('terminate', values, ctx),
      },
      withdraw: {
        title: t('撤回', 'Withdraw'), from: ['submitted', 'correcting', 'accepted', 'special'], to: 'withdrawn', by: ['applicant', 'agent'], optional: true, confirm: true,
        effects: (values, ctx) => told('withdraw', values, ctx),
      },
      requestReview: {
        title: t('申请复核', 'Ask for a review'), from: 'refused', to: 'reviewing', by: ['applicant', 'agent'], asks: ['reviewGrounds'], optional: true,
        when: ({ refusedOn }, { today, limits }) => {
          const limit = limits['review']
          if (limit === undefined || refusedOn === null) return null
          const last = new Date(Date.parse(`${refusedOn}T00:00:00Z`) + limit.n * 86_400_000).toISOString().slice(0, 10)
          return today <= last ? null : t(`复核申请期限已于 ${last} 届满`, `a review could be asked for until ${last}`)
        },
        effects: (values, ctx) => told('requestReview', values, ctx),
      },
      uphold: {
        title: t('维持', 'Uphold the refusal'), from: 'reviewing', to: 'upheld', by: 'post:reviewer', asks: ['conclusion'], apartFrom: ['refuse'], confirm: true,
        within: { limit: 'reviewDecision' }, remind: { workingDays: 1 }, escalate: 'post:chief',
        effects: (values, ctx) => told('uphold', values, ctx),
      },
      overturn: {
        title: t('撤销原决定并准予', 'Overturn and approve'), from: 'reviewing', to: 'approved', by: 'post:reviewer', asks: ['conclusion'], apartFrom: ['refuse'], confirm: true,
        within: { limit: 'reviewDecision' },
        effects: async (values, ctx) => [...told('overturn', values, ctx), ...await grant(values, ctx)],
      },
    },
  })
}
