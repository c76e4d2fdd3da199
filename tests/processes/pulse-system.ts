/** A test system whose cases the system itself moves, seconds after they open: what timers and children do can be counted. */
import { defineCase } from '../../kernel/case.ts'
import { integerField } from '../../kernel/field.ts'
import { defineSystem } from '../../kernel/system.ts'
import { text as t } from '../../kernel/text.ts'

const beat = defineCase({
  title: t('脉搏', 'Beat'),
  fields: { n: integerField(t('序号', 'Number'), { required: true }), beats: integerField(t('次数', 'Beats')) },
  parties: { owner: { title: t('本人', 'Owner'), classes: ['person'] } },
  posts: { nurse: { title: t('护士', 'Nurse'), at: 'region' } },
  states: {
    resting: { title: t('静', 'Resting') },
    beating: { title: t('动', 'Beating'), responsible: 'post:nurse' },
    over: { title: t('止', 'Over'), outcome: 'over' },
  },
  sees: { owner: 'all', 'post:nurse': 'all' },
  opening: { title: t('开始', 'Start'), by: ['owner', 'post:nurse'], asks: ['n'], to: 'resting' },
  moves: {
    // 1.8 seconds: long enough for the load to be under way, short enough for a test.
    beat: { title: t('跳动', 'Beat'), from: 'resting', to: 'beating', by: 'system', on: 'timer', within: { hours: 0.0005 }, derive: values => ({ beats: (values.beats ?? 0) + 1 }) },
    stop: { title: t('停止', 'Stop'), from: 'beating', to: 'over', by: 'post:nurse' },
  },
})

export const pulse = defineSystem({ id: 'pulse', prefix: 'PU', title: t('脉搏（测试）', 'Pulse (test)'), policy: ['N一(一)'], owner: t('测试', 'Test'), cases: { beat } })
