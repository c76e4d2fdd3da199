/** 一体化在线政务服务平台 One-stop service: any matter, at any window or channel, to one standard. */
import { defineSystem } from '../../kernel/system.ts'
import { text as t } from '../../kernel/text.ts'
import { application } from './cases.ts'
import { elderlyCardCredential } from './credentials.ts'
import { elderlyCardMatter } from './matters/elderly-card.ts'
import { residentResource, violationResource } from './resources.ts'

export const system = defineSystem({
  id: 'one-stop',
  prefix: 'OS',
  title: t('政务服务2.0平台·一体化在线政务服务', 'One-stop service'),
  policy: ['N一(一)', 'N一(六)', 'Z四(二)3'],
  owner: t('政务服务管理部门', 'Service administration'),
  cases: { application },
  matters: [elderlyCardMatter],
  resources: { resident: residentResource, violation: violationResource },
  credentials: { elderlyCard: elderlyCardCredential },
})
