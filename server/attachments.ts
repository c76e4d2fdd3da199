/** Files that values refer to: whoever refers to one has uploaded it, or finds it in the case already, and its kind is accepted there. */
import { Problem, isProblem, type Fault } from '../kernel/errors/problem.ts'
import type { Field, Fields } from '../kernel/field.ts'
import type { Matter } from '../kernel/matter.ts'
import { fault } from '../kernel/values.ts'
import type { FileStore, StoredFile } from '../runtime/files/store.ts'

interface Reference {
  readonly path: string
  readonly id: string
  readonly accept?: readonly string[] | undefined
  readonly maxBytes?: number | undefined
}

/** What values of `file` fields refer to, at any depth. Values of the wrong type are left to the validation of values. */
export function filesIn(fields: Fields, values: Readonly<Record<string, unknown>>, at: string): readonly Reference[] {
  return Object.entries(values).flatMap(([name, value]) => Object.hasOwn(fields, name) ? filesOf(fields[name]!, value, `${at}/${name}`) : [])
}

/** What an application's uploads refer to, by material. */
export function uploadsOf(matter: Matter, uploads: Readonly<Record<string, readonly string[]>>, at: string): readonly Reference[] {
  return Object.entries(uploads).flatMap(([id, files]) => {
    const way = matter.materials.find(material => material.id === id)?.ways.find(one => one.by === 'upload')
    return files.map((file, i) => ({ path: `${at}/${id}/${i}`, id: file, accept: way?.accept, maxBytes: way?.maxBytes }))
  })
}

/** `known` holds what the case has already, where there is one. @throws Problem `file-unknown`, `file-type`, `file-too-large`, with every fault of that kind */
export async function requireFiles(files: FileStore, account: string, references: readonly Reference[], known: unknown): Promise<void> {
  const found = await Promise.all(references.filter(({ id }) => !mentions(known, id)).map(async reference => faultOf(reference, await findOwn(files, account, reference.id))))
  const faults = found.filter(one => one !== null)
  for (const code of ['file-unknown', 'file-type', 'file-too-large'] as const) {
    const these = faults.filter(one => one.code === code)
    if (these.length > 0) throw new Problem(code, { faults: these })
  }
}

/** Whether a value holds a text, at any depth. */
export function mentions(value: unknown, text: string): boolean {
  if (typeof value !== 'object' || value === null) return value === text
  return Object.values(value).some(one => mentions(one, text))
}

function filesOf(field: Field, value: unknown, path: string): readonly Reference[] {
  if (field.kind === 'file') return typeof value === 'string' && value !== '' ? [{ path, id: value, accept: field.accept, maxBytes: field.maxBytes }] : []
  if (typeof value !== 'object' || value === null) return []
  if (field.kind === 'list') return Array.isArray(value) ? value.flatMap((one, i) => filesOf(field.items!, one, `${path}/${i}`)) : []
  return field.kind === 'record' ? filesIn(field.fields ?? {}, value as Record<string, unknown>, path) : []
}

async function findOwn(files: FileStore, account: string, id: string): Promise<StoredFile | null> {
  try {
    return await files.find(id, { account, mayRead: () => false })
  } catch (error) {
    if (isProblem(error, 'file-unknown')) return null
    throw error
  }
}

function faultOf({ path, accept, maxBytes }: Reference, file: StoredFile | null): Fault | null {
  if (file === null) return fault(path, 'file-unknown')
  if (accept !== undefined && !accept.includes(file.type.split(';', 1)[0]!)) return fault(path, 'file-type', accept.join(', '))
  return maxBytes !== undefined && file.bytes > maxBytes ? fault(path, 'file-too-large', `≤ ${maxBytes}`) : null
}
