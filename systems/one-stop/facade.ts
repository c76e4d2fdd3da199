/** 一体化在线政务服务: what other systems may name. */
import { composeUscc } from '../../kernel/codes/uscc.ts'
import { codeField, dateField, regionField, subjectField, textField, choiceField } from '../../kernel/field.ts'
import { caseRef, credentialRef, resourceRef } from '../../kernel/reference.ts'
import { applicationFields } from '../../kernel/presets/service-case.ts'
import { text as t } from '../../kernel/text.ts'

/**
 * 市民政局 of the demonstration city. Synthetic, though both checks pass: a deployment names its own organs in the
 * matters it authors.
 */
export const civilAffairs = composeUscc({ registrar: '1', category: '1', region: '330200', organBody: '00290001' })

/** The population register's answer about a person (source: public security). */
export const residentFields = {
  person: subjectField(t('人员', 'Person'), { required: true }),
  name: textField(t('姓名', 'Name'), { required: true, identifies: true, level: 3, maxLength: 50 }),
  idNumber: codeField(t('公民身份号码', 'Citizen id'), 'citizenId', { required: true, identifies: true, level: 4 }),
  birthDate: dateField(t('出生日期', 'Date of birth'), { level: 3 }),
  sex: choiceField(t('性别', 'Sex'), { male: t('男', 'Male'), female: t('女', 'Female') }, { level: 2 }),
  household: regionField(t('户籍地', 'Household registration'), { level: 3 }),
  address: textField(t('住址', 'Address'), { identifies: true, level: 3, maxLength: 200 }),
  status: choiceField(t('状态', 'Status'), { alive: t('正常', 'Alive'), deceased: t('死亡注销', 'Deceased'), moved: t('迁出', 'Moved away') }, { level: 2 }),
}

export const elderlyCardFields = {
  name: textField(t('姓名', 'Name'), { required: true, identifies: true, level: 3, maxLength: 50 }),
  birthDate: dateField(t('出生日期', 'Date of birth'), { required: true, level: 3 }),
  household: regionField(t('户籍地', 'Household registration'), { required: true, level: 3 }),
}

export const resident = resourceRef('one-stop.resident', residentFields)
export const elderlyCard = credentialRef('one-stop.elderlyCard', elderlyCardFields)
export const application = caseRef('one-stop.application', applicationFields)
