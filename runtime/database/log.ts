/** Where the database's supervisor and pool report to; pino's and fastify's loggers fit as they are. */

export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLog: Log = { info() {}, warn() {}, error() {} }
