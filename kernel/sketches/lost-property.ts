import {
  choiceField, dateField, defineCase, defineResource, defineSystem, put, refToResource, text as t, textField,
} from '../index.ts'

const fields = {
  what: textField(t('物品', 'What'), { required: true, maxLength: 100 }),
  claimBy: dateField(t('认领期限', 'Claim by'), { required: true }),
  fate: choiceField(t('处理', 'Fate'), { returned: t('归还', 'Returned'), auctioned: t('拍卖', 'Auctioned') }),
}
const shelf = defineResource({
  title: t('库存', 'Shelf'), owner: t('失物中心', 'Lost-property office'), level: 1, key: ['number'],
  fields: { number: textField(t('编号', 'Number'), { required: true }), what: fields.what },
})
const find = defineCase({
  title: t('拾得物', 'Find'), fields, sees: { finder: ['what'], 'post:keeper': 'all' },
  parties: { finder: { title: t('拾得人', 'Finder'), classes: ['person'] } },
  posts: { keeper: { title: t('保管员', 'Keeper'), at: 'region' } },
  states: { kept: { title: t('保管中', 'Kept'), responsible: 'post:keeper' }, gone: { title: t('已处理', 'Gone'), outcome: 'gone' } },
  opening: { title: t('上交', 'Hand in'), by: ['finder', 'post:keeper'], asks: ['what', 'claimBy'], to: 'kept' },
  moves: {
    giveOut: {
      title: t('处理', 'Give out'), from: 'kept', to: 'gone', by: 'post:keeper', asks: ['fate'], within: { before: 'claimBy', days: 1 },
      effects: (values, ctx) => [put(refToResource<typeof shelf>('lost-property.shelf'), [{ number: ctx.case.number, what: values.what }])],
    },
  },
})
export const lostProperty = defineSystem({
  id: 'lost-property', prefix: 'LP', title: t('失物招领', 'Lost property'), policy: ['N一(一)'], owner: t('失物中心', 'Lost-property office'), cases: { find }, resources: { shelf },
})
