/** The ledger's checkpoint and proofs (RFC 6962). They hold hashes only, so anyone signed in may check them. */
import { Type } from '@sinclair/typebox'
import type { App, Around } from '../app-instance.ts'
import { closed, Instant, nullable } from '../schemas.ts'

const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Hash = Type.String({ description: 'Base64.' })

export function ledgerRoutes(app: App, { parts: { ledger } }: Around): void {
  app.get('/api/v1/ledger/checkpoint', {
    schema: {
      operationId: 'checkpoint', summary: 'Size and root of the ledger now', tags: ['ledger'],
      response: { 200: Type.Object({ size: Type.Integer(), rootHash: Hash, at: nullable(Instant) }) },
    },
  }, async () => ledger.checkpoint())

  app.get('/api/v1/ledger/inclusion', {
    schema: {
      operationId: 'inclusion', summary: 'Proof that a leaf is in the ledger', tags: ['ledger'], errors: ['not-found'],
      querystring: closed({ leaf: Count, size: Type.Optional(Count) }),
      response: { 200: Type.Object({ leaf: Type.Integer(), leafHash: Hash, size: Type.Integer(), rootHash: Hash, path: Type.Array(Hash) }) },
    },
  }, async request => ledger.inclusion(request.query.leaf, request.query.size))

  app.get('/api/v1/ledger/consistency', {
    schema: {
      operationId: 'consistency', summary: 'Proof that an earlier ledger is the beginning of a later one', tags: ['ledger'],
      querystring: closed({ from: Count, to: Type.Optional(Count) }),
      response: { 200: Type.Object({ from: Type.Integer(), fromRootHash: Hash, to: Type.Integer(), toRootHash: Hash, path: Type.Array(Hash) }) },
    },
  }, async request => ledger.consistency(request.query.from, request.query.to))
}
