/**
 * Credentials: issued with a national certificate id (GB/T 36904), signed as a compact JWS (EdDSA) that anyone can
 * verify with the published keys. Each issuing organ has a key of its own, under the data directory.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { composeCertificateId } from '../../kernel/codes/certificate-id.ts'
import { parseUscc } from '../../kernel/codes/uscc.ts'
import { Problem } from '../../kernel/errors/problem.ts'
import { checkValues } from '../../kernel/values.ts'
import type { CredentialRow } from '../apply/writes.ts'
import type { CredentialEntry } from '../city.ts'
import type { NumberBook } from '../cases/numbers.ts'
import { writeOnce } from '../secrets/key-file.ts'
import { sealValues } from '../secrets/sealed-values.ts'
import type { Vault } from '../secrets/vault.ts'

export interface Issuing {
  readonly entry: CredentialEntry
  readonly holder: string
  /** The issuing organ's unified social credit code. */
  readonly issuer: string
  readonly claims: Readonly<Record<string, unknown>>
  readonly validUntil: string | null
  readonly number: string | null
  readonly now: string
  readonly today: string
}

export interface CredentialDesk {
  issue(issuing: Issuing): Promise<{ readonly row: CredentialRow; readonly digest: string }>
  /** Public keys as a JWK set (RFC 7517). */
  keys(): { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  publicKey(keyId: string): KeyObject | undefined
  /** The organ whose key it is. */
  issuerOf(keyId: string): string | undefined
}

interface SigningKey {
  readonly id: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

export function openCredentialDesk(around: { readonly keyDir: string; readonly numbers: NumberBook; readonly vault: Vault }): CredentialDesk {
  const keys = new Map<string, SigningKey>()
  mkdirSync(around.keyDir, { recursive: true, mode: 0o700 })

  /** Takes in keys that another server process has made. */
  const refresh = () => {
    for (const file of readdirSync(around.keyDir)) {
      const issuer = file.slice(0, -'.pem'.length)
      if (file.endsWith('.pem') && !keys.has(issuer)) keys.set(issuer, readKey(join(around.keyDir, file)))
    }
  }
  const keyWith = (id: string): readonly [string, SigningKey] | undefined => {
    const known = () => [...keys].find(([, key]) => key.id === id)
    return known() ?? (refresh(), known())
  }
  refresh()

  const keyOf = (issuer: string): SigningKey => {
    let key = keys.get(issuer)
    if (key === undefined) {
      key = makeKey(join(around.keyDir, `${issuer}.pem`))
      keys.set(issuer, key)
    }
    return key
  }

  return {
    async issue({ entry, holder, issuer, claims, validUntil, number, now, today }) {
      const { credential } = entry
      const { values, faults } = checkValues(credential.fields, claims, { at: '/claims' })
      if (faults.length > 0) throw new Problem('effect-invalid', { detail: `claims of '${entry.ref}': ${faults.map(fault => `${fault.path} ${fault.code}`).join(', ')}`, faults })
      // The issuer also names its key's file.
      if (!parseUscc(issuer).ok) throw new Problem('effect-invalid', { detail: `'${issuer}' is no unified social credit code, so it issues no credential` })
      const serial = `${today.replaceAll('-', '')}${String(await around.numbers.serial()).padStart(8, '0')}`
      const composed = composeCertificateId({ type: credential.definedBy + credential.typeNumber, issuer, serial, version: 1 })
      const key = keyOf(issuer)
      const signed = jws(key, {
        '@context': ['https://www.w3.org/ns/credentials/v2'],
        type: ['VerifiableCredential', entry.ref], id: `urn:oid:${composed}`, issuer, issuanceDate: now,
        validFrom: now, ...(validUntil === null ? {} : { validUntil: `${validUntil}T23:59:59+08:00` }),
        credentialSubject: { id: `urn:uuid:${holder}`, ...values },
      })
      return {
        row: {
          id: composed, system: entry.system, type: entry.name, holder, issuer, status: 'valid',
          claims: sealValues(credential.fields, values, around.vault), signed: around.vault.seal(signed), number, issued_at: now, valid_until: validUntil,
        },
        digest: createHash('sha256').update('\u0000').update(signed).digest('hex'),
      }
    },
    keys() {
      refresh()
      return { keys: [...keys.values()].map(key => ({ ...key.publicKey.export({ format: 'jwk' }), kid: key.id, alg: 'EdDSA', use: 'sig' })) }
    },
    publicKey: id => keyWith(id)?.[1].publicKey,
    issuerOf: id => keyWith(id)?.[0],
  }
}

function jws(key: SigningKey, payload: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const body = `${part({ alg: 'EdDSA', typ: 'vc+jwt', kid: key.id })}.${part(payload)}`
  return `${body}.${sign(null, Buffer.from(body), key.privateKey).toString('base64url')}`
}

function makeKey(file: string): SigningKey {
  const { privateKey } = generateKeyPairSync('ed25519')
  writeOnce(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  return readKey(file)
}

function readKey(file: string): SigningKey {
  const privateKey = createPrivateKey(readFileSync(file))
  const publicKey = createPublicKey(privateKey)
  const id = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64url').slice(0, 16)
  return { id, privateKey, publicKey }
}
