/** 老年人优待证: decided at once for people whose age and household the population register knows; else by a person. */
import { composeImplementationCode } from '../../../kernel/codes/matter-code.ts'
import { codeField, dateField, regionField, textField } from '../../../kernel/field.ts'
import { defineMatter } from '../../../kernel/matter.ts'
import { text as t } from '../../../kernel/text.ts'
import { civilAffairs } from '../facade.ts'

export const elderlyCardMatter = defineMatter({
  code: composeImplementationCode({ organ: civilAffairs, level: '3', basic: '332011001000' }),
  edition: 1,
  case: 'one-stop.application',
  title: t('老年人优待证办理', 'Senior citizen card'),
  about: t('年满 60 周岁的本市户籍老年人凭证享受乘车、游园等优待。', 'Residents of 60 and over registered in the city ride and visit parks at a reduced price.'),
  words: ['老年证', '优待证', '敬老卡', '老人卡', '60岁', '坐公交免费'],
  audience: ['person'],
  organs: { 330200000000: civilAffairs },
  basis: [
    { title: '浙江省实施《中华人民共和国老年人权益保障法》办法', source: 'unverified', verified: false, effectiveFrom: '2016-01-01' },
    { title: '中华人民共和国行政许可法', article: '第三十二条、第四十二条、第四十四条、第四十五条', source: 'sheet 0.2 [C:8]', verified: true, effectiveFrom: '2004-07-01' },
  ],
  questions: [
    { id: 'reason', title: t('为何办理？', 'Why do you apply?'), answers: { first: t('首次办理', 'First card'), lost: t('遗失补办', 'Lost card') } },
    { id: 'reported', title: t('遗失的证件已声明作废吗？', 'Have you declared the lost card void?'), answers: { yes: t('是', 'Yes'), no: t('否', 'No') }, when: { reason: ['lost'] } },
  ],
  materials: [
    { id: 'identity', title: t('身份证明', 'Proof of identity'), ways: [{ by: 'data', resource: 'one-stop.resident', fields: ['idNumber', 'name'] }, { by: 'upload', accept: ['image/jpeg', 'image/png', 'application/pdf'] }] },
    { id: 'household', title: t('户籍证明', 'Proof of household registration'), ways: [{ by: 'data', resource: 'one-stop.resident', fields: ['household'] }, { by: 'promise', text: t('我承诺户籍在本市，愿承担不实的后果', 'I promise that I am registered in the city and answer for it if not') }, { by: 'upload', accept: ['image/jpeg', 'image/png', 'application/pdf'] }], whenDown: 'checkLater' },
    { id: 'lossStatement', title: t('遗失声明', 'Declaration of loss'), when: { reported: ['no'] }, ways: [{ by: 'promise', text: t('我声明原证遗失作废', 'I declare the former card lost and void') }, { by: 'upload', accept: ['image/jpeg', 'image/png', 'application/pdf'] }] },
  ],
  form: {
    name: textField(t('姓名', 'Name'), { required: true, identifies: true, level: 3, maxLength: 50 }),
    idNumber: codeField(t('公民身份号码', 'Citizen id'), 'citizenId', { required: true, identifies: true, level: 4 }),
    birthDate: dateField(t('出生日期', 'Date of birth'), { required: true, level: 3 }),
    household: regionField(t('户籍地', 'Household registration'), { required: true, level: 3 }),
    address: textField(t('邮寄地址', 'Postal address'), { identifies: true, level: 3, maxLength: 200 }),
  },
  prefill: {
    name: { resource: 'one-stop.resident', column: 'name' },
    idNumber: { resource: 'one-stop.resident', column: 'idNumber' },
    birthDate: { resource: 'one-stop.resident', column: 'birthDate' },
    household: { resource: 'one-stop.resident', column: 'household' },
    address: { resource: 'one-stop.resident', column: 'address' },
  },
  limits: {
    accept: { n: 5, unit: 'workingDay' }, legal: { n: 20, unit: 'workingDay' }, promised: { n: 5, unit: 'workingDay' }, extension: { n: 10, unit: 'workingDay' },
    correction: { n: 30, unit: 'workingDay' }, review: { n: 60, unit: 'day' }, reviewDecision: { n: 20, unit: 'workingDay' },
  },
  fee: null,
  instant: [{
    edition: '2020-1', effectiveFrom: '2016-01-01', source: 'unverified', verified: false,
    all: [
      { id: 'age', title: t('年满 60 周岁', 'At least 60 years old'), fact: 'age.one-stop.resident.birthDate', is: '>=', than: 60 },
      { id: 'household', title: t('本市户籍', 'Registered in the city'), fact: 'data.one-stop.resident.household', is: 'within', than: { fact: 'case.region' } },
      { id: 'alive', title: t('户籍状态正常', 'Registration is live'), fact: 'data.one-stop.resident.status', is: '=', than: 'alive' },
      { id: 'sameName', title: t('姓名与登记一致', 'Name as registered'), fact: 'form.name', is: '=', than: { fact: 'data.one-stop.resident.name' } },
      { id: 'sameId', title: t('身份号码与登记一致', 'Citizen id as registered'), fact: 'form.idNumber', is: '=', than: { fact: 'data.one-stop.resident.idNumber' } },
      { id: 'sameBirth', title: t('出生日期与登记一致', 'Date of birth as registered'), fact: 'form.birthDate', is: '=', than: { fact: 'data.one-stop.resident.birthDate' } },
    ],
  }],
  result: { credential: 'one-stop.elderlyCard', claims: { name: 'form.name', birthDate: 'form.birthDate', household: 'form.household' } },
  visits: 0,
  remedy: t('您可以在 60 日内申请复核，也可以依法申请行政复议或者提起行政诉讼。', 'You may ask for a review within 60 days, or seek administrative reconsideration or litigation as the law provides.'),
  effectiveFrom: '2016-01-01',
})
