/**
 * The receipt phase of an environmental permit, as a case type: what the municipality's log `receipt_WABO_permit`
 * does, told as a process. Built from the cases with even running numbers alone; T09-2 and T18, which none of them
 * has, follow from the numbering (T09-1, -3, -4; T17, T19) and from T03 and T13, the same task on the other papers.
 *
 * After receipt two lines run beside each other: the applicant's confirmation (T02-T05) and the advice on which the
 * decision may have to wait (T06-T10). The second ends in one of three ways: the application goes on, a paper says
 * that no permit is needed (T11-T15), or a report holds the application (T16-T20), and its legal time stands still.
 */
import { defineCase } from '../../kernel/case.ts'
import type { MoveCtx } from '../../kernel/context.ts'
import { choiceField, instantField, integerField, textField } from '../../kernel/field.ts'
import { text } from '../../kernel/text.ts'

/** Where the case still lives; the confirmation may be finished in any of these, and leaves the case where it is. */
const LIVE = ['inReview', 'exempt', 'onHold'] as const
type Live = typeof LIVE[number]
const STAYS = {
  from: LIVE,
  to: { inReview: 'inReview', exempt: 'exempt', onHold: 'onHold' },
  decide: (_values: unknown, ctx: MoveCtx) => ctx.case.state as Live,
} as const

const IN_REVIEW = { from: 'inReview', to: 'inReview' } as const
/** Internal advice on one aspect; whether it makes the decision wait must be judged anew. */
const ADVISES = { ...IN_REVIEW, optional: true, needs: { advice: ['judged', 'advised'] }, sets: { advice: 'advised' } } as const
/** Advice of an outside party, to be judged likewise. */
const ANSWERS = { ...IN_REVIEW, by: 'post:handler', needs: { external: 'requested' }, sets: { external: 'received', advice: 'advised' } } as const

export const permit = defineCase({
  title: text('环境许可申请（收件阶段）', 'Environmental permit, receipt phase'),
  about: text(
    '荷兰一市政府《环境法总则》（WABO）许可申请的收件阶段：确认收件与征求意见并行办理。',
    'Receipt phase of permit applications under the Dutch WABO at one municipality: confirmation and advice run in parallel.',
  ),
  fields: {
    runningNumber: integerField(text('案件流水号', 'Running number'), { required: true, min: 0 }),
    channel: choiceField(text('受理渠道', 'Channel'), {
      internet: text('网上', 'Internet'), desk: text('窗口', 'Desk'), post: text('邮寄', 'Post'), email: text('电子邮件', 'E-mail'),
    }, { required: true }),
    department: choiceField(text('承办部门', 'Department'), {
      general: text('综合', 'General'), experts: text('专家', 'Experts'), customerContact: text('客户联络', 'Customer contact'),
    }, { required: true }),
    caseGroup: textField(text('承办小组', 'Group of the case'), { maxLength: 40 }),
    responsible: textField(text('责任人代号', 'Responsible person (code)'), { maxLength: 40 }),
    receivedAt: instantField(text('收到申请的时间', 'Application received'), { required: true }),
    plannedEnd: instantField(text('计划办结时间', 'Planned end')),
    deadline: instantField(text('法定期限', 'Deadline')),
    endedAt: instantField(text('登记的办结时间', 'End in the register')),
  },
  parties: {
    applicant: { title: text('申请人', 'Applicant'), classes: ['person', 'enterprise', 'socialOrganisation', 'publicInstitution', 'organ'] },
  },
  posts: {
    handler: { title: text('经办人（第 1 组）', 'Case handler (Group 1)'), at: 'organ' },
    dispatch: { title: text('文印发送（第 2 组）', 'Printing and dispatch (Group 2)'), at: 'organ' },
    decider: { title: text('审定人（第 3 组）', 'Deciding officer (Group 3)'), at: 'organ' },
    checker: { title: text('复核人（第 4 组）', 'Checking officer (Group 4)'), at: 'organ' },
    adviser: { title: text('专业顾问（第 12 至 15 组）', 'Specialist adviser (Groups 12-15)'), at: 'organ' },
  },
  states: {
    inReview: { title: text('收件审查中', 'In review'), responsible: 'post:handler' },
    exempt: { title: text('已告知无需许可', 'Told that no permit is needed'), responsible: 'post:handler' },
    onHold: { title: text('暂缓', 'On hold'), clock: 'paused', responsible: 'post:handler' },
    closed: { title: text('已办结', 'Closed'), outcome: 'closed' },
    withdrawn: { title: text('已撤回', 'Withdrawn'), outcome: 'withdrawn' },
  },
  tracks: {
    confirmation: { title: text('收件确认', 'Confirmation of receipt'), steps: ['drafted', 'checked', 'adjusted', 'determined', 'sent'] },
    advice: { title: text('是否须待意见', 'Advice to wait for'), steps: ['open', 'judged', 'advised', 'concluded'] },
    external: { title: text('外部意见', 'External advice'), steps: ['none', 'requested', 'received'] },
    paper: { title: text('结论文书', 'Concluding paper'), steps: ['none', 'exemptionDrafted', 'exemptionChecked', 'exemptionAdjusted', 'exemptionDetermined', 'exemptionPrinted', 'holdReported', 'holdChecked', 'holdAdjusted', 'holdDetermined', 'holdPrinted'] },
  },
  sees: {
    applicant: ['channel', 'receivedAt', 'plannedEnd', 'deadline', 'endedAt'],
    'post:handler': 'all', 'post:dispatch': 'all', 'post:decider': 'all', 'post:checker': 'all', 'post:adviser': 'all',
  },
  indexed: ['runningNumber', 'deadline'],
  opening: {
    title: text('确认收件', 'Confirmation of receipt'), by: ['applicant', 'post:handler'], to: 'inReview',
    asks: ['runningNumber', 'channel', 'department', 'receivedAt'], takes: ['caseGroup', 'responsible', 'plannedEnd', 'deadline'],
  },
  moves: {
    checkConfirmation: {
      title: text('复核收件确认', 'T02 Check confirmation of receipt'), by: 'post:checker', ...STAYS,
      needs: { confirmation: ['drafted', 'adjusted'] }, sets: { confirmation: 'checked' },
    },
    adjustConfirmation: {
      title: text('修改收件确认', 'T03 Adjust confirmation of receipt'), by: 'post:handler', ...STAYS, optional: true,
      needs: { confirmation: ['checked', 'determined'] }, sets: { confirmation: 'adjusted' },
    },
    determineConfirmation: {
      title: text('审定收件确认', 'T04 Determine confirmation of receipt'), by: 'post:decider', ...STAYS,
      needs: { confirmation: 'checked' }, sets: { confirmation: 'determined' },
    },
    sendConfirmation: {
      title: text('打印并发送收件确认', 'T05 Print and send confirmation of receipt'), by: 'post:dispatch', ...STAYS,
      needs: { confirmation: 'determined' }, sets: { confirmation: 'sent' },
    },

    judgeAdvice: {
      title: text('判定是否须待意见', 'T06 Determine necessity of stop advice'), by: 'post:handler', ...IN_REVIEW,
      needs: { advice: ['open', 'advised'] }, sets: { advice: 'judged' },
    },
    adviseAspect1: { title: text('起草第 1 方面内部意见', 'T07-1 Draft internal advice, aspect 1'), by: 'post:adviser', ...ADVISES },
    adviseAspect2: { title: text('起草第 2 方面内部意见', 'T07-2 Draft internal advice, aspect 2'), by: 'post:adviser', ...ADVISES },
    adviseAspect3: { title: text('起草第 3 方面内部意见', 'T07-3 Draft internal advice, aspect 3'), by: 'post:adviser', ...ADVISES },
    adviseAspect4: { title: text('起草第 4 方面内部意见', 'T07-4 Draft internal advice, aspect 4'), by: 'post:adviser', ...ADVISES },
    adviseAspect5: { title: text('起草第 5 方面内部意见', 'T07-5 Draft internal advice, aspect 5'), by: 'post:handler', ...ADVISES },
    requestAdvice: {
      title: text('起草并发出外部意见征询', 'T08 Draft and send request for advice'), by: 'post:handler', ...IN_REVIEW, optional: true,
      needs: { advice: ['judged', 'advised'], external: ['none', 'received'] }, sets: { external: 'requested' },
    },
    externalAdvice1: { title: text('处理第 1 方外部意见', 'T09-1 Process external advice of party 1'), ...ANSWERS },
    externalAdvice2: { title: text('处理第 2 方外部意见', 'T09-2 Process external advice of party 2'), ...ANSWERS },
    externalAdvice3: { title: text('处理第 3 方外部意见', 'T09-3 Process external advice of party 3'), ...ANSWERS },
    externalAdvice4: { title: text('处理第 4 方外部意见', 'T09-4 Process external advice of party 4'), ...ANSWERS },
    concludeAdvice: {
      title: text('判定是否须暂缓', 'T10 Determine necessity to stop indication'), by: 'post:handler', ...IN_REVIEW,
      needs: { advice: 'judged', external: ['none', 'received'] }, sets: { advice: 'concluded' },
    },

    draftExemption: {
      title: text('起草无需许可文书', 'T11 Create document X, request unlicensed'), by: 'post:handler', ...IN_REVIEW, optional: true,
      needs: { advice: 'concluded', paper: 'none' }, sets: { paper: 'exemptionDrafted' },
    },
    checkExemption: {
      title: text('复核无需许可文书', 'T12 Check document X, request unlicensed'), by: 'post:checker', ...IN_REVIEW,
      needs: { paper: ['exemptionDrafted', 'exemptionAdjusted'] }, sets: { paper: 'exemptionChecked' },
    },
    adjustExemption: {
      title: text('修改无需许可文书', 'T13 Adjust document X, request unlicensed'), by: 'post:handler', ...IN_REVIEW, optional: true,
      needs: { paper: ['exemptionChecked', 'exemptionDetermined'] }, sets: { paper: 'exemptionAdjusted' },
    },
    determineExemption: {
      title: text('审定无需许可文书', 'T14 Determine document X, request unlicensed'), by: 'post:decider', ...IN_REVIEW,
      needs: { paper: 'exemptionChecked' }, sets: { paper: 'exemptionDetermined' },
    },
    printExemption: {
      title: text('打印无需许可文书', 'T15 Print document X, request unlicensed'), by: 'post:dispatch', from: 'inReview', to: 'exempt',
      needs: { paper: 'exemptionDetermined' }, sets: { paper: 'exemptionPrinted' },
    },

    reportHold: {
      title: text('报告暂缓理由', 'T16 Report reasons to hold request'), by: 'post:handler', ...IN_REVIEW, optional: true,
      needs: { advice: 'concluded', paper: 'none' }, sets: { paper: 'holdReported' },
    },
    checkHold: {
      title: text('复核暂缓报告', 'T17 Check report Y to stop indication'), by: 'post:checker', ...IN_REVIEW,
      needs: { paper: ['holdReported', 'holdAdjusted'] }, sets: { paper: 'holdChecked' },
    },
    adjustHold: {
      title: text('修改暂缓报告', 'T18 Adjust report Y to stop indication'), by: 'post:handler', ...IN_REVIEW, optional: true,
      needs: { paper: ['holdChecked', 'holdDetermined'] }, sets: { paper: 'holdAdjusted' },
    },
    determineHold: {
      title: text('审定暂缓报告', 'T19 Determine report Y to stop indication'), by: 'post:decider', ...IN_REVIEW,
      needs: { paper: 'holdChecked' }, sets: { paper: 'holdDetermined' },
    },
    printHold: {
      title: text('打印暂缓报告', 'T20 Print report Y to stop indication'), by: 'post:dispatch', from: 'inReview', to: 'onHold',
      needs: { paper: 'holdDetermined' }, sets: { paper: 'holdPrinted' },
    },

    close: {
      title: text('办结', 'Close'), by: 'post:handler', from: LIVE, to: 'closed', asks: ['endedAt'],
      within: { before: 'deadline' },
    },
    withdraw: { title: text('撤回申请', 'Withdraw'), by: 'applicant', from: LIVE, to: 'withdrawn', optional: true, confirm: true },
  },
})
