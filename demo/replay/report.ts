/** Prints the figures of a replay, one line each, in the reader's language. */
import type { Language, Text } from '../../kernel/text.ts'
import type { HalfFigures, ReplayFigures } from './figures.ts'

/** What the acceptance of the replay asks of the cases that the case type was not built from. */
export const THRESHOLDS = { acceptedEvents: 0.95, refusedSwaps: 0.8 } as const

export function meetsThresholds({ events, swaps }: HalfFigures): boolean {
  return events.accepted >= THRESHOLDS.acceptedEvents * events.events && swaps.refused >= THRESHOLDS.refusedSwaps * swaps.swapped
}

export function figureLines(figures: ReplayFigures, moves: number, language: Language): readonly string[] {
  const { durations, even, odd } = figures
  const lines: Text[] = [
    {
      zh: `${durations.cases} 个案件，${even.events.events + odd.events.events} 个事件；办件类型 ${moves} 个动作；退回 ${figures.rejectedRows} 行`,
      en: `${durations.cases} cases, ${even.events.events + odd.events.events} events; case type of ${moves} moves; ${figures.rejectedRows} rows rejected`,
    },
    ...halfLines({ zh: '偶数流水号（据以建模）', en: 'even running numbers (the case type was built from them)' }, even),
    ...halfLines({ zh: '奇数流水号（未用于建模）', en: 'odd running numbers (kept apart)' }, odd),
    {
      zh: `首末事件间隔：中位数 ${durations.eventSpan.median.toFixed(3)} 天，第 90 百分位 ${durations.eventSpan.p90.toFixed(1)} 天`,
      en: `event span: median ${durations.eventSpan.median.toFixed(3)} d, p90 ${durations.eventSpan.p90.toFixed(1)} d`,
    },
    {
      zh: `开始至办结（已办结 ${durations.closed} 件）：中位数 ${durations.startToEnd.median.toFixed(1)} 天`,
      en: `start to end over the ${durations.closed} closed: median ${durations.startToEnd.median.toFixed(1)} d`,
    },
    { zh: `超过法定期限办结：${durations.endedAfterDeadline} 件；无办结时间：${durations.withoutEnd} 件`, en: `ended after deadline: ${durations.endedAfterDeadline}; without end: ${durations.withoutEnd}` },
  ]
  return lines.map(line => line[language])
}

/** Every refused event of a half: case, line of the file, activity, reason. */
export function refusedLines({ events }: HalfFigures, language: Language): readonly string[] {
  return events.refused.map(({ caseId, judgement: { event, reason } }) => language === 'zh'
    ? `${caseId} 第 ${event.line} 行 ${event.at} ${event.activity}：${reason.zh}`
    : `${caseId} line ${event.line} ${event.at} ${event.activity}: ${reason.en}`)
}

function halfLines(title: Text, { events, swaps }: HalfFigures): readonly Text[] {
  const share = percent(events.accepted, events.events)
  const swapShare = percent(swaps.refused, swaps.swapped)
  const perSeed = swaps.seeds.map(({ seed, refused, swapped }) => `${seed}: ${percent(refused, swapped)}`).join('  ')
  return [
    { zh: `${title.zh}：${events.cases} 个案件`, en: `${title.en}: ${events.cases} cases` },
    {
      zh: `  接受事件 ${events.accepted}/${events.events}（${share}），拒绝 ${events.refused.length} 个，均有理由`,
      en: `  events accepted ${events.accepted}/${events.events} (${share}), refused ${events.refused.length}, each with its reason`,
    },
    {
      zh: `  调换两个不同事件后被拒绝的轨迹 ${swaps.refused}/${swaps.swapped}（${swapShare}，${swaps.seeds.length} 个种子），其中 ${swaps.refusedUnswappedToo} 条未调换时已有事件被拒绝；仍被接受：并行两线 ${swaps.acceptedInParallel}，同线可互换 ${swaps.acceptedInLine}`,
      en: `  traces with two unlike events swapped, refused ${swaps.refused}/${swaps.swapped} (${swapShare}, ${swaps.seeds.length} seeds), of which ${swaps.refusedUnswappedToo} have a refused event unswapped too; accepted because their lines run in parallel ${swaps.acceptedInParallel}, because either order is right ${swaps.acceptedInLine}`,
    },
    { zh: `  各种子：${perSeed}`, en: `  by seed: ${perSeed}` },
    { zh: `  无法调换（不足两个不同事件）：${swaps.unswappable} 条`, en: `  traces without two unlike events, not swapped: ${swaps.unswappable}` },
  ]
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${(100 * part / whole).toFixed(2)} %`
}
