import { defineResource } from '../../kernel/resource.ts'
import { instantField, textField, choiceField } from '../../kernel/field.ts'
import { refToResource } from '../../kernel/resource.ts'
import { text as t } from '../../kernel/text.ts'
import { residentFields } from './facade.ts'

export const residentResource = defineResource({
  title: t('人口基础信息', 'Residents'),
  about: t('人口基础库的人员信息，公安机关为唯一来源', 'The population register; public security is its one source'),
  fields: residentFields,
  key: ['person'],
  owner: t('公安机关', 'Public security'),
  level: 4,
  sharing: 'conditional',
  openness: 'closed',
  updateHours: 24,
})

/** What electronic supervision keeps of handling that broke a rule though the case went on. */
export const violationResource = defineResource({
  title: t('办理违规记录', 'Handling violations'),
  about: t('如二次补正中首次即可发现的事项（行政许可法第三十二条）', 'Such as a second correction that could have been asked for the first time'),
  fields: {
    number: textField(t('办件编号', 'Case number'), { required: true, maxLength: 40 }),
    at: instantField(t('时间', 'At'), { required: true }),
    kind: choiceField(t('类别', 'Kind'), {
      secondCorrection: t('二次补正', 'Second correction'), avoidableRequest: t('要求提交可共享的材料', 'Asked for a paper the city has'),
    }, { required: true }),
    detail: textField(t('说明', 'Detail'), { maxLength: 1_000 }),
  },
  key: ['number', 'at'],
  owner: t('政务服务管理部门', 'Service administration'),
  level: 2,
  sharing: 'conditional',
  appendOnly: true,
})

export const violations = refToResource<typeof violationResource>('one-stop.violation')
