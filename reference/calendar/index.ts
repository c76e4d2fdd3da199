/**
 * The working-day calendar of the State Council as shipped with the platform. It has the shape the legal clock's
 * `Calendar` asks for; a deployment replaces it when the next year's notice is out.
 */
import { readFileSync } from 'node:fs'
import type { CalendarTable } from './build.ts'

/** The table with its provenance: source, version, licence, age and the years it covers. */
export const stateCouncilCalendar: CalendarTable = JSON.parse(readFileSync(new URL('./state-council.json', import.meta.url), 'utf8'))
