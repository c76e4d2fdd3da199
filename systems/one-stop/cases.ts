import { put } from '../../kernel/effect.ts'
import { serviceCase } from '../../kernel/presets/service-case.ts'
import { text as t } from '../../kernel/text.ts'
import { decision } from './instant.ts'
import { told } from './notices.ts'
import { violations } from './resources.ts'
import { grant } from './result.ts'

export const application = serviceCase({
  title: t('政务服务办件', 'Service application'),
  about: t('依申请政务服务事项的办件，适用行政许可法的程序和期限', 'An application for a public service matter, under the procedure and limits of the Administrative Licensing Law'),
  instant: async (values, ctx) => (await decision(values, ctx)).outcome === 'approve' ? 'instant' : 'person',
  grounds: async (values, ctx) => ({ ...await decision(values, ctx) }),
  grant,
  told,
  violation: (values, ctx) => [put(violations, [{
    number: ctx.case.number, at: ctx.now, kind: 'secondCorrection',
    detail: (values.correctionItems ?? []).filter(one => one.knowable !== false).map(one => one.item).join('；'),
  }])],
})
