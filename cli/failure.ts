/** A command that cannot go on: one clear line and an exit status (2 for bad input). */
export class CommandFailed extends Error {
  readonly status: number

  constructor(message: string, status = 2) {
    super(message)
    this.status = status
  }
}
