/**
 * People, firms and staff of the demonstration city. All synthetic: names are common ones, identity numbers and
 * credit codes are made up, though their checks pass.
 */
import { composeCitizenId } from '../../kernel/codes/citizen-id.ts'
import { composeUscc } from '../../kernel/codes/uscc.ts'
import type { SubjectClass } from '../../kernel/who.ts'
import { civilAffairs } from '../../systems/one-stop/facade.ts'

export interface DemoPerson {
  readonly username: string
  readonly kind: 'person' | 'firm' | 'staff' | 'app' | 'admin'
  readonly class: SubjectClass
  readonly name: string
  readonly identity: string
  readonly region: string
  readonly org: string | null
  readonly roles: readonly string[]
  readonly posts: readonly { readonly post: string; readonly unit: string }[]
}

const city = '330200000000'
const county = '330203000000'
const windowRegion = '330203001000'

function person(username: string, name: string, birth: string, sequence: number): DemoPerson {
  return { username, kind: 'person', class: 'person', name, identity: composeCitizenId({ region: '330203', birth, sequence }), region: windowRegion, org: null, roles: ['citizen'], posts: [] }
}

function firm(username: string, name: string, organBody: string): DemoPerson {
  return { username, kind: 'firm', class: 'enterprise', name, identity: composeUscc({ registrar: '9', category: '1', region: '330203', organBody }), region: county, org: null, roles: ['firm'], posts: [] }
}

function staff(username: string, name: string, sequence: number, roles: readonly string[], org: string, region: string, posts: DemoPerson['posts'], kind: DemoPerson['kind'] = 'staff'): DemoPerson {
  return { username, kind, class: 'person', name, identity: composeCitizenId({ region: '330204', birth: '1984-08-08', sequence }), region, org, roles, posts }
}

export const demoPeople: readonly DemoPerson[] = [
  person('citizen1', '王建国', '1955-06-01', 101),
  person('citizen2', '李秀英', '1958-11-20', 102),
  person('citizen3', '陈阿毛', '1990-02-14', 103),
  firm('firm1', '宁波海曙甬城食品有限公司', '00A10001'),
  firm('firm2', '舟山定海蓝湾船舶修造有限公司', '00A10002'),
  staff('clerk1', '周窗口', 201, ['clerk'], civilAffairs, windowRegion, [{ post: 'one-stop.clerk', unit: county }]),
  staff('approver1', '张审批', 202, ['approver'], civilAffairs, city, [{ post: 'one-stop.approver', unit: civilAffairs }]),
  staff('chief1', '徐首席', 203, ['chief'], civilAffairs, city, [{ post: 'one-stop.chief', unit: civilAffairs }]),
  staff('reviewer1', '何复核', 204, ['reviewer'], civilAffairs, city, [{ post: 'one-stop.reviewer', unit: civilAffairs }]),
  staff('inspector1', '吴执法', 205, ['inspector'], civilAffairs, county, []),
  staff('grid1', '郑网格', 206, ['gridWorker'], civilAffairs, windowRegion, []),
  staff('steward1', '钱数据', 207, ['dataSteward'], civilAffairs, city, []),
  staff('leader1', '孙领导', 208, ['leader'], civilAffairs, city, []),
  staff('admin', '系统管理员', 209, ['administrator'], civilAffairs, city, [], 'admin'),
  { username: 'app-civil-affairs', kind: 'app', class: 'organ', name: '民政业务系统', identity: civilAffairs, region: city, org: civilAffairs, roles: ['application'], posts: [] },
]
