/** What a request carries besides Fastify's own, and how route schemas type their handlers. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Static, TSchema } from '@sinclair/typebox'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider } from 'fastify'
import type { ErrorCode } from '../kernel/errors/catalogue.ts'
import type { SignedIn } from '../runtime/access/actor.ts'
import type { Log } from '../runtime/database/log.ts'
import type { Platform } from '../runtime/platform.ts'
import type { Clock } from './clock.ts'
import type { Parts } from './parts.ts'

interface TypeBox extends FastifyTypeProvider {
  readonly validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  readonly serializer: unknown
}

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBox>

/** What the routes stand on. */
export interface Around {
  readonly platform: Platform
  readonly parts: Parts
  readonly clock: Clock
  /** The rung of the quality ladder that each system has reached. */
  readonly rungs: Readonly<Record<string, string>>
  readonly demo: boolean
  readonly log: Log
}

declare module 'fastify' {
  interface FastifyRequest {
    /** `null` on open routes. */
    signedIn: SignedIn | null
    /** The instant of the request by the server's clock. */
    at: string
  }
  interface FastifyContextConfig {
    /** Needs no sign-in. */
    open?: boolean
  }
  interface FastifySchema {
    readonly operationId?: string
    readonly summary?: string
    readonly description?: string
    readonly tags?: readonly string[]
    /** Codes of the catalogue that it answers with, besides those that every call may. */
    readonly errors?: readonly ErrorCode[]
    /** Takes an Idempotency-Key. */
    readonly keyed?: boolean
    /** A body that is not JSON, by media type. */
    readonly bodies?: Readonly<Record<string, TSchema>>
  }
}
