/** Documents: template, numbering at signing, signers, retention. */
import type { Text } from './text.ts'

export interface Document {
  readonly title: Text
  /** Template text with `{field}` places, in Markdown. */
  readonly template: Text
  /** `{organ}〔{year}〕{n}号`; the number is allotted at signing, gap-free per organ and year. */
  readonly numbering?: string
  readonly signers: readonly string[]
  readonly retentionYears: number | 'permanent'
}

export function defineDocument(definition: Document): Document {
  return definition
}
