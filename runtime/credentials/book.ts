/** Credentials as they are stored: read by id, listed by holder, verified by anyone. */
import { createHash, timingSafeEqual, verify } from 'node:crypto'
import { parseCertificateId } from '../../kernel/codes/certificate-id.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import type { Text } from '../../kernel/text.ts'
import type { City } from '../city.ts'
import type { Db } from '../database/pool.ts'
import { pageOf, readCursor, type Listed, type Page } from '../keyset.ts'
import { unsealValues } from '../secrets/sealed-values.ts'
import type { Vault } from '../secrets/vault.ts'
import type { CredentialDesk } from './desk.ts'

export interface CredentialView {
  readonly id: string
  /** `system.credential` */
  readonly type: string
  readonly title: Text
  readonly holder: string
  readonly issuer: string
  readonly status: 'valid' | 'suspended' | 'revoked'
  readonly reason: Text | null
  readonly claims: Readonly<Record<string, unknown>>
  /** Claims shown on the face. */
  readonly face: readonly string[]
  /** The case it results from. */
  readonly number: string | null
  readonly issuedAt: string
  readonly validUntil: string | null
  /** Compact JWS that anyone can verify offline with the published keys. */
  readonly signed: string
}

export type VerificationReason =
  | 'credential-id-invalid' | 'credential-unknown' | 'code-unreadable' | 'signature-invalid' | 'issuer-key-unknown' | 'issuer-key-wrong'
  | 'content-differs' | 'suspended' | 'revoked' | 'not-yet-valid' | 'expired'

export interface Verification {
  readonly valid: boolean
  readonly reasons: readonly VerificationReason[]
  /** Told of a credential that is known; nothing about its holder. */
  readonly type?: string
  readonly title?: Text
  readonly issuer?: string
  readonly issuedAt?: string
  readonly validUntil?: string | null
}

export interface CredentialBook {
  /** @throws Problem `credential-id-invalid`, `credential-unknown` */
  read(id: string): Promise<CredentialView>
  ofHolder(holder: string, page: Page): Promise<Listed<CredentialView>>
  /** By id, or by the signed text itself. */
  verify(presented: { readonly id: string } | { readonly code: string }, now: string, today: string): Promise<Verification>
}

interface CredentialRow {
  readonly id: string
  readonly system: string
  readonly type: string
  readonly holder: string
  readonly issuer: string
  readonly status: CredentialView['status']
  readonly reason: Text | null
  readonly claims: Record<string, unknown>
  readonly signed: string
  readonly number: string | null
  readonly issued_at: string
  readonly valid_until: string | null
}

const COLUMNS = 'id, system, type, holder, issuer, status, reason, claims, signed, number, issued_at, valid_until'

export function openCredentialBook(around: { readonly city: City; readonly db: Db; readonly vault: Vault; readonly credentials: CredentialDesk }): CredentialBook {
  const { city, db, vault, credentials } = around

  async function find(id: string): Promise<CredentialRow | undefined> {
    const { rows } = await db.query<CredentialRow>('credential-read', `select ${COLUMNS} from onevisit.credential where id = $1`, [id])
    return rows[0]
  }
  const viewOf = (row: CredentialRow): CredentialView => {
    const { credential } = city.credentials.get(`${row.system}.${row.type}`)!
    return {
      id: row.id, type: `${row.system}.${row.type}`, title: credential.title, holder: row.holder, issuer: row.issuer, status: row.status, reason: row.reason,
      claims: unsealValues(credential.fields, row.claims, vault), face: credential.face, number: row.number,
      issuedAt: row.issued_at, validUntil: row.valid_until, signed: vault.unseal(row.signed),
    }
  }

  return {
    async read(id) {
      if (!parseCertificateId(id).ok) throw new Problem('credential-id-invalid')
      const row = await find(id)
      if (row === undefined) throw new Problem('credential-unknown')
      return viewOf(row)
    },
    async ofHolder(holder, page) {
      const after = page.after === undefined ? [] : readCursor(page.after, ['instant', 'text'])
      const { rows } = await db.query<CredentialRow>('credentials-of', `select ${COLUMNS} from onevisit.credential
        where holder = $1 ${after.length > 0 ? 'and (issued_at, id) < ($3, $4)' : ''} order by issued_at desc, id desc limit $2`, [holder, page.limit + 1, ...after])
      return pageOf(rows, page.limit, viewOf, row => [row.issued_at, row.id])
    },
    async verify(presented, now, today) {
      const jws = 'code' in presented ? readJws(presented.code) : undefined
      if ('code' in presented && jws === undefined) return refused(['code-unreadable'])
      const id = 'id' in presented ? presented.id : jws!.id
      // The check character needs no look-up, so a mistyped id costs the database nothing.
      if (!parseCertificateId(id).ok) return refused(['credential-id-invalid'])
      const row = await find(id)
      if (row === undefined) return refused(['credential-unknown'])
      const stored = vault.unseal(row.signed)
      const reasons = [
        ...signatureReasons(credentials, stored, row), ...jws !== undefined && !sameText(jws.text, stored) ? ['content-differs' as const] : [],
        ...row.status === 'valid' ? [] : [row.status], ...dateReasons(row, now, today),
      ]
      const { credential } = city.credentials.get(`${row.system}.${row.type}`)!
      return { valid: reasons.length === 0, reasons, type: `${row.system}.${row.type}`, title: credential.title, issuer: row.issuer, issuedAt: row.issued_at, validUntil: row.valid_until }
    },
  }
}

function refused(reasons: readonly VerificationReason[]): Verification {
  return { valid: false, reasons }
}

function dateReasons(row: CredentialRow, now: string, today: string): readonly VerificationReason[] {
  if (row.issued_at > now) return ['not-yet-valid']
  return row.valid_until !== null && row.valid_until < today ? ['expired'] : []
}

/** The stored statement must be signed, by the issuer's own key, and say what the row says. */
function signatureReasons(credentials: CredentialDesk, stored: string, row: CredentialRow): readonly VerificationReason[] {
  const jws = readJws(stored)
  if (jws === undefined) return ['signature-invalid']
  const key = credentials.publicKey(jws.keyId)
  if (key === undefined) return ['issuer-key-unknown']
  if (!verify(null, Buffer.from(jws.signedPart), key, jws.signature)) return ['signature-invalid']
  if (credentials.issuerOf(jws.keyId) !== row.issuer || jws.issuer !== row.issuer) return ['issuer-key-wrong']
  return jws.id === row.id ? [] : ['content-differs']
}

interface ReadJws {
  readonly text: string
  readonly id: string
  readonly issuer: string
  readonly keyId: string
  readonly signedPart: string
  readonly signature: Buffer
}

function readJws(text: string): ReadJws | undefined {
  const [head, body, signature, ...rest] = text.split('.')
  if (head === undefined || body === undefined || signature === undefined || rest.length > 0) return undefined
  try {
    const { alg, kid } = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as Record<string, unknown>
    const { id, issuer } = JSON.parse(Buffer.from(body, 'base64url').toString('utf8')) as Record<string, unknown>
    if (alg !== 'EdDSA' || typeof kid !== 'string' || typeof id !== 'string' || typeof issuer !== 'string' || !id.startsWith('urn:oid:')) return undefined
    return { text, id: id.slice('urn:oid:'.length), issuer, keyId: kid, signedPart: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') }
  } catch {
    return undefined
  }
}

function sameText(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(one), digest(other))
}
