/** Titles come in both languages. */
import type { Text } from '../text.ts'
import type { DefinitionFault } from './faults.ts'

export function validateText(value: Text | undefined, path: string): DefinitionFault[] {
  const absent = (['zh', 'en'] as const).filter(language => !value?.[language]?.trim())
  return absent.map(language => ({ path, message: `no text in '${language}'` }))
}
