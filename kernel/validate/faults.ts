/** Load-time validation: one plain line a fault, led by the path of the place in the definition. */
export interface DefinitionFault {
  readonly path: string
  readonly message: string
}

export function line(fault: DefinitionFault): string {
  return `${fault.path}: ${fault.message}`
}

/** `no state 'mvoing'; states are loading, moving` */
export function missing(noun: string, name: string, plural: string, known: readonly string[]): string {
  return `no ${noun} '${name}'; ${plural} are ${known.length === 0 ? '(none)' : known.join(', ')}`
}

export function asList<T>(one: T | readonly T[] | undefined): readonly T[] {
  return one === undefined ? [] : Array.isArray(one) ? one as readonly T[] : [one as T]
}
