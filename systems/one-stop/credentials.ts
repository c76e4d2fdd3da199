import { defineCredential } from '../../kernel/credential.ts'
import { text as t } from '../../kernel/text.ts'
import { civilAffairs, elderlyCardFields } from './facade.ts'

export const elderlyCardCredential = defineCredential({
  title: t('浙江省老年人优待证', 'Senior citizen card'),
  typeNumber: '021',
  definedBy: civilAffairs,
  fields: elderlyCardFields,
  face: ['name', 'birthDate'],
})
