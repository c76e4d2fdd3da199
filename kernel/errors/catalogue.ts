/**
 * The closed set of error codes. Every error that leaves the platform has one of them; `docs/errors.md` is
 * generated from here and compared by the checker. `{name}` places in titles are filled from the error's details.
 */
import type { Text } from '../text.ts'
import { text as t } from '../text.ts'
import { codeRefusals, type RefusalCode } from '../codes/refusals.ts'

export interface CatalogueEntry {
  readonly status: number
  readonly title: Text
  /** Whether the same request may succeed later without being changed. */
  readonly retry?: true
}

const platform = {
  // The request itself
  'malformed-json': { status: 400, title: t('请求不是合法的 JSON', 'The request is not valid JSON') },
  'invalid-request': { status: 422, title: t('请求内容不符合要求', 'The request does not fit its schema') },
  'body-too-large': { status: 413, title: t('请求体过大', 'The request body is too large') },
  'unsupported-media-type': { status: 415, title: t('不支持的内容类型', 'This content type is not supported') },
  'nul-character': { status: 422, title: t('文本含有空字符', 'The text contains a NUL character') },
  'not-found': { status: 404, title: t('找不到', 'Not found') },
  'method-not-allowed': { status: 405, title: t('不允许的方法', 'Method not allowed') },
  'cursor-invalid': { status: 422, title: t('翻页标记无效', 'The page cursor is not valid') },
  'idempotency-key-reused': { status: 409, title: t('同一幂等键用于不同的请求', 'This Idempotency-Key was used for a different request') },
  'idempotency-key-invalid': { status: 422, title: t('幂等键无效', 'The Idempotency-Key is not valid') },
  'too-many-requests': { status: 429, title: t('请求过于频繁', 'Too many requests'), retry: true },
  // Who
  'sign-in-required': { status: 401, title: t('请先登录', 'Sign in first') },
  'wrong-credentials': { status: 401, title: t('用户名或密码错误', 'Wrong user name or password') },
  'session-expired': { status: 401, title: t('登录已过期', 'The session has expired') },
  'not-permitted': { status: 403, title: t('没有权限', 'Not permitted') },
  'wrong-post': { status: 403, title: t('岗位不符', 'None of your posts may do this') },
  'not-a-party': { status: 403, title: t('不是本办件的当事人', 'You are not a party of this case') },
  'mandate-missing': { status: 403, title: t('没有代理授权', 'You hold no mandate for this subject') },
  'duties-separated': { status: 403, title: t('同一人不得经办两个应分离的环节', 'The same person may not do both of these steps') },
  'admin-exists': { status: 409, title: t('管理员已存在', 'An administrator exists already') },
  'username-taken': { status: 409, title: t('用户名已被占用', 'This user name is taken') },
  'password-too-weak': { status: 422, title: t('密码太弱', 'The password is too weak') },
  // Values
  'field-required': { status: 422, title: t('必填项缺失', 'A required value is missing') },
  'field-unknown': { status: 422, title: t('没有这个字段', 'There is no such field') },
  'field-type': { status: 422, title: t('值的类型不对', 'The value has the wrong type') },
  'field-range': { status: 422, title: t('值超出范围', 'The value is out of range') },
  'field-too-long': { status: 422, title: t('文本过长', 'The text is too long') },
  'field-choice': { status: 422, title: t('不在可选项之内', 'Not one of the choices') },
  'field-not-accepted-here': { status: 422, title: t('这一步不接受该字段', 'This step does not take that field') },
  'consent-required': { status: 422, title: t('需要本人同意', 'Your consent is required') },
  'coordinates-without-system': { status: 422, title: t('坐标缺少坐标系', 'Coordinates come without their coordinate system') },
  'note-required': { status: 422, title: t('须写明理由', 'A reason must be written') },
  'code-invalid': { status: 422, title: t('编码校验不通过', 'The code does not pass its check') },
  // Matters
  'matter-unknown': { status: 404, title: t('没有这个事项', 'There is no such matter') },
  'matter-not-in-force': { status: 409, title: t('事项版本已取消或未生效，请按现行版本重新确认；已填内容保留', 'This edition of the matter is not in force; what you typed is kept, confirm against the present one') },
  'matter-edition-changed': { status: 409, title: t('事项已更新，请重新确认；已填内容保留', 'The matter has changed; what you typed is kept, please confirm again') },
  'matter-not-offered-here': { status: 422, title: t('该地区不办理此事项', 'This matter is not offered in that region') },
  'matter-audience': { status: 422, title: t('此事项不面向该类主体', 'This matter is not for this class of subject') },
  'matter-invalid': { status: 422, title: t('事项定义有误', 'The matter is not valid') },
  'matter-edition-exists': { status: 409, title: t('该版本已存在', 'This edition exists already') },
  'edition-same-author': { status: 403, title: t('起草人不能批准自己的版本', 'An edition is approved by somebody other than its author') },
  'answers-missing': { status: 422, title: t('还有问题没有回答', 'Some questions are not answered yet') },
  'materials-missing': { status: 422, title: t('材料不齐', 'Some materials are missing') },
  'live-case-exists': { status: 409, title: t('同一申请人的同一事项正在办理', 'The same applicant has a live case of this matter') },
  // Cases
  'case-unknown': { status: 404, title: t('没有这个办件', 'There is no such case') },
  'case-type-unknown': { status: 404, title: t('没有这种办件', 'There is no such case type') },
  'move-unknown': { status: 404, title: t('没有这个动作', 'There is no such move') },
  'version-stale': { status: 409, title: t('办件已被他人更新，请刷新后再试', 'The case has changed since you read it; read it again') },
  'move-not-possible': { status: 422, title: t('当前状态不能这样做', 'Not possible in this state') },
  'pause-after-deadline': { status: 422, title: t('期限届满后不得再暂停计时', 'The clock cannot be paused after the deadline') },
  'correction-asked-before': { status: 422, title: t('只能一次性告知补正', 'A correction may be asked only once') },
  'children-open': { status: 422, title: t('子办件尚未办结', 'Children of this case are still open') },
  'party-required': { status: 422, title: t('缺少当事人', 'A party is missing') },
  'party-class': { status: 422, title: t('当事人类别不符', 'This class of subject cannot be that party') },
  'subject-unknown': { status: 404, title: t('没有这个主体', 'There is no such subject') },
  'task-unknown': { status: 404, title: t('没有这个待办', 'There is no such task') },
  // Files, credentials, webhooks, resources
  'file-unknown': { status: 404, title: t('没有这个文件', 'There is no such file') },
  'file-too-large': { status: 413, title: t('文件过大', 'The file is too large') },
  'file-type': { status: 415, title: t('不接受这种文件', 'This type of file is not accepted') },
  'file-missing': { status: 422, title: t('没有收到文件', 'No file was received') },
  'credential-unknown': { status: 404, title: t('没有这个证照', 'There is no such credential') },
  'credential-id-invalid': { status: 422, title: t('证照标识无效', 'The certificate id is not valid') },
  'webhook-address': { status: 422, title: t('回调地址不被允许', 'This webhook address is not allowed') },
  'webhook-unknown': { status: 404, title: t('没有这个回调', 'There is no such webhook') },
  'message-unknown': { status: 404, title: t('没有这条消息', 'There is no such message') },
  'resource-unknown': { status: 404, title: t('没有这个数据资源', 'There is no such resource') },
  'system-unknown': { status: 404, title: t('没有这个系统', 'There is no such system') },
  'action-unknown': { status: 404, title: t('没有这个操作', 'There is no such action') },
  'rows-over-bound': { status: 422, title: t('影响行数超过上限', 'More rows match than the bound allows') },
  'source-down': { status: 503, title: t('数据源暂不可用', 'The data source is not available'), retry: true },
  // The platform
  'definition-invalid': { status: 500, title: t('系统定义有误', 'A definition is not valid') },
  'effect-invalid': { status: 500, title: t('系统给出了无效的效果', 'A definition returned an effect that is not valid') },
  'database-unavailable': { status: 503, title: t('数据库暂不可用，请稍后再试', 'The database is not available; try again'), retry: true },
  'not-ready': { status: 503, title: t('服务正在启动', 'The service is starting'), retry: true },
  'internal': { status: 500, title: t('内部错误', 'Internal error') },
} as const satisfies Record<string, CatalogueEntry>

/** Why a national code is refused: each reason has a code of its own. */
const refusals = Object.fromEntries(Object.entries(codeRefusals).map(([code, title]) => [code, { status: 422, title }])) as Record<RefusalCode, CatalogueEntry>

export type ErrorCode = keyof typeof platform | RefusalCode

export const catalogue: Readonly<Record<ErrorCode, CatalogueEntry>> = { ...platform, ...refusals }
