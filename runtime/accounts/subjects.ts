/** Subjects: people and organisations, by pseudonymous id; names and identity numbers are sealed. */
import type { SubjectClass } from '../../kernel/who.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { parseCitizenId } from '../../kernel/codes/citizen-id.ts'
import { parseUscc } from '../../kernel/codes/uscc.ts'
import { codeRefusals } from '../../kernel/codes/index.ts'
import type { Db, Queryable } from '../database/pool.ts'
import type { Vault } from '../secrets/vault.ts'

export interface NewSubject {
  readonly class: SubjectClass
  readonly name: string
  /** Citizen id of a person, unified social credit code of an organisation. */
  readonly identity: string
  /** Twelve digits. */
  readonly region?: string
}

export interface Subject {
  readonly id: string
  readonly class: SubjectClass
  readonly name: string
  readonly identity: string | null
  readonly region: string | null
}

export interface SubjectBook {
  /** The pseudonymous id of an identity, whether or not the subject is known. @throws Problem `code-invalid` */
  idOf(cls: SubjectClass, identity: string): string
  register(subject: NewSubject, now: string, tx?: Queryable): Promise<string>
  /** @throws Problem `subject-unknown` */
  find(id: string): Promise<Subject>
  /** Whether `agent` may act for `principal` in a matter today. */
  mandated(agent: string, principal: string, matter: string | null, today: string): Promise<boolean>
  grantMandate(agent: string, principal: string, scope: string, from: string, to: string | null): Promise<void>
  /** Takes effect at once, in cases under way too. */
  withdrawMandate(agent: string, principal: string, scope: string, now: string): Promise<void>
  /** Identity numbers of subjects, for departments whose databases are keyed by them; the unknown are absent. */
  identities(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
}

export function openSubjectBook(db: Db, vault: Vault): SubjectBook {
  const idOf = (cls: SubjectClass, identity: string) => vault.pseudonym(cls === 'person' ? 'person' : 'organisation', normalised(cls, identity))
  return {
    idOf,
    async register(subject, now, tx = db) {
      const id = idOf(subject.class, subject.identity)
      await tx.query('subject-register', `insert into onevisit.subject (id, class, name, identity, region, created_at) values ($1, $2, $3, $4, $5, $6)
        on conflict (id) do update set name = excluded.name, region = coalesce(excluded.region, subject.region)`,
      [id, subject.class, vault.seal(subject.name), vault.seal(normalised(subject.class, subject.identity)), subject.region ?? null, now])
      return id
    },
    async find(id) {
      const { rows } = await db.query<{ id: string; class: SubjectClass; name: string; identity: string | null; region: string | null }>('subject-find', 'select id, class, name, identity, region from onevisit.subject where id = $1', [id])
      const row = rows[0]
      if (row === undefined) throw new Problem('subject-unknown')
      return { ...row, name: vault.unseal(row.name), identity: row.identity === null ? null : vault.unseal(row.identity) }
    },
    async mandated(agent, principal, matter, today) {
      const { rows } = await db.query('mandate-check', `select 1 from onevisit.mandate where agent = $1 and principal = $2 and scope in ('*', $3)
        and valid_from <= $4 and (valid_to is null or valid_to >= $4) and revoked_at is null limit 1`, [agent, principal, matter ?? '*', today])
      return rows.length > 0
    },
    async grantMandate(agent, principal, scope, from, to) {
      await db.query('mandate-grant', `insert into onevisit.mandate (agent, principal, scope, valid_from, valid_to) values ($1, $2, $3, $4, $5)
        on conflict (agent, principal, scope) do update set valid_from = excluded.valid_from, valid_to = excluded.valid_to, revoked_at = null`, [agent, principal, scope, from, to])
    },
    async withdrawMandate(agent, principal, scope, now) {
      await db.query('mandate-withdraw', 'update onevisit.mandate set revoked_at = $4 where agent = $1 and principal = $2 and scope = $3 and revoked_at is null', [agent, principal, scope, now])
    },
    async identities(ids) {
      const { rows } = await db.query<{ id: string; identity: string }>('subject-identities', 'select id, identity from onevisit.subject where id = any($1::uuid[]) and identity is not null', [ids])
      return new Map(rows.map(row => [row.id, vault.unseal(row.identity)]))
    },
  }
}

function normalised(cls: SubjectClass, identity: string): string {
  const parsed = cls === 'person' ? parseCitizenId(identity) : parseUscc(identity)
  if (!parsed.ok) throw new Problem('code-invalid', { detail: codeRefusals[parsed.code], faults: [{ path: '/identity', code: parsed.code, message: codeRefusals[parsed.code] }] })
  return parsed.value.code
}
